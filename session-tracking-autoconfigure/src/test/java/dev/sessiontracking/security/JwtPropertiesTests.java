// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class JwtPropertiesTests {

    @Test
    void defaultsAreTheRegisteredClaims() {
        JwtProperties properties = new Binder(new MapConfigurationPropertySource())
                .bindOrCreate("session.tracking.jwt", JwtProperties.class);

        assertThat(properties).isEqualTo(new JwtProperties(List.of("sid"), "sub", List.of(), false));
    }

    @Test
    void sessionIdClaimsMustNameOne() {
        assertInvalid("session-id-claims", () -> new JwtProperties(List.of(), "sub", List.of(), false));
        assertInvalid("session-id-claims", () -> new JwtProperties(List.of("sid", " "), "sub", List.of(), false));
    }

    @Test
    void userIdClaimMustNameOne() {
        assertInvalid("user-id-claim", () -> new JwtProperties(List.of("sid"), " ", List.of(), false));
    }

    @Test
    void issuersMustNotBeEmptyStrings() {
        assertInvalid("issuers", () -> new JwtProperties(List.of("sid"), "sub", List.of("https://a", ""), false));
    }

    private static void assertInvalid(String property, Runnable creation) {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(creation::run)
                .withMessageContaining("session.tracking.jwt." + property)
                .satisfies(invalid -> assertThat(invalid.action()).isNotBlank());
    }
}
