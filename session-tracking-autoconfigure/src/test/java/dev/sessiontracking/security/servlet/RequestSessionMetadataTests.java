// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ForwardedHeaderFilter;

class RequestSessionMetadataTests {

    private final MockHttpServletRequest request = new MockHttpServletRequest();

    @Test
    void takesAddressAndUserAgent() {
        request.setRemoteAddr("192.0.2.7");
        request.addHeader("User-Agent", "curl/8");

        assertThat(RequestSessionMetadata.from(request)).isEqualTo(SessionMetadata.of("192.0.2.7", "curl/8"));
    }

    @Test
    void trustsNoForwardedHeaderOfItsOwnAccord() {
        request.setRemoteAddr("192.0.2.7");
        request.addHeader("X-Forwarded-For", "203.0.113.1");
        request.addHeader("Forwarded", "for=203.0.113.1");

        assertThat(RequestSessionMetadata.from(request).ip()).isEqualTo("192.0.2.7");
    }

    @Test
    void honoursTheForwardedHeaderFilter() throws Exception {
        request.setRemoteAddr("10.0.0.1");
        request.addHeader("X-Forwarded-For", "203.0.113.1");
        AtomicReference<SessionMetadata> metadata = new AtomicReference<>();
        FilterChain chain = (rq, rs) -> metadata.set(RequestSessionMetadata.from((HttpServletRequest) rq));

        new ForwardedHeaderFilter().doFilter(request, new MockHttpServletResponse(), chain);

        assertThat(metadata.get().ip()).isEqualTo("203.0.113.1");
    }

    @Test
    void cleansWhatAClientSends() {
        request.addHeader("User-Agent", "evil\u0007\u202e" + "x".repeat(5000));

        assertThat(RequestSessionMetadata.from(request).userAgent())
                .startsWith("evilx")
                .hasSize(SessionMetadata.MAX_USER_AGENT_LENGTH);
    }
}
