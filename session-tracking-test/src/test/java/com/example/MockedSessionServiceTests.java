// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.verify;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;

import dev.sessiontracking.SessionService;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@WebMvcTest(properties = "session.tracking.enabled=false")
class MockedSessionServiceTests {

    @Autowired
    MockMvcTester mvc;

    @MockitoBean
    SessionService sessions;

    @Test
    void passwordChangeRevokesTheOtherSessions() {
        var laptop = jwt().jwt(token -> token.subject("alice").claim("sid", "laptop"));
        assertThat(mvc.post().uri("/account/password").with(laptop)).hasStatusOk();
        verify(sessions).revokeOtherUserSessions("alice", "laptop");
    }
}
