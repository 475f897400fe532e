// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests another site may have made the browser send. */
class CrossSiteTests {

    private static final String HOST = "app.example.com";

    private final Map<String, String> headers = new HashMap<>();

    private boolean mayBeForged(@Nullable String allowedOrigin) {
        return CrossSite.mayBeForged(headers::get, allowedOrigin, HOST);
    }

    @Test
    void requestWithoutAnyHeaderOfABrowserIsNot() {
        assertThat(mayBeForged(null)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"cross-site, true", "same-site, false", "same-origin, false", "none, false"})
    void browserTellsWhichSiteItIs(String site, boolean forged) {
        headers.put("Origin", forged ? "https://" + HOST : "https://evil.example");
        headers.put("Sec-Fetch-Site", site);
        assertThat(mayBeForged(null)).isEqualTo(forged);
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, false",
        "https://APP.example.com:8443, false",
        "https://evil.example, true",
        "https://app.example.com.evil.example, true",
        "null, true",
        "http://[, true"
    })
    void olderBrowserTellsTheOrigin(String origin, boolean forged) {
        headers.put("Origin", origin);
        assertThat(mayBeForged(null)).isEqualTo(forged);
        assertThat(CrossSite.mayBeForged(headers::get, null, null))
                .as("without a host")
                .isTrue();
    }

    @Test
    void originThatCorsAllowsIsNoOtherSite() {
        headers.put("Origin", "https://ui.example");
        headers.put("Sec-Fetch-Site", "cross-site");
        assertThat(mayBeForged("https://ui.example")).isFalse();
        assertThat(mayBeForged("https://another.example")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer token", "DPoP token", "bearer", "Basically x"})
    void noPageSendsSuchASchemeAcrossSites(String authorization) {
        headers.put("Authorization", authorization);
        headers.put("Sec-Fetch-Site", "cross-site");
        assertThat(mayBeForged(null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic abc", "BASIC abc", "Digest abc", "Negotiate abc", "ntlm"})
    void browsersSendTheseSchemesThemselves(String authorization) {
        headers.put("Authorization", authorization);
        headers.put("Sec-Fetch-Site", "cross-site");
        assertThat(mayBeForged(null)).isTrue();
    }
}
