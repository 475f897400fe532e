// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.when;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** What docs/testing.md says of a mock: the security filters do not ask it. */
class MockedServiceLimitsTests {

    @WebMvcTest
    static class WithoutAStoreTests {

        @Autowired
        MockMvcTester mvc;

        @MockitoBean
        SessionService sessions;

        @Test
        void everyTokenIsAccepted() {
            when(sessions.isSessionValid("ended")).thenReturn(false);
            var token = jwt().jwt(claims -> claims.subject("alice").claim("sid", "ended"));
            assertThat(mvc.get().uri("/account").with(token)).hasStatusOk();
        }
    }

    @WebMvcTest
    @AutoConfigureTestSessionStore
    static class WithAStoreTests {

        @Autowired
        MockMvcTester mvc;

        @MockitoBean
        SessionService sessions;

        @Test
        void everyTokenWithASessionIsRejected() {
            when(sessions.isSessionValid("live")).thenReturn(true);
            var token = jwt().jwt(claims -> claims.subject("alice").claim("sid", "live"));
            assertThat(mvc.get().uri("/account").with(token)).hasStatus(401);
        }
    }
}
