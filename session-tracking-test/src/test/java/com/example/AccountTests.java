// SPDX-License-Identifier: Apache-2.0
package com.example;

import static dev.sessiontracking.test.SessionMockMvcRequestPostProcessors.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@WebMvcTest
@AutoConfigureTestSessionStore
class AccountTests {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    SessionService sessions;

    @Autowired
    InMemorySessionStore store;

    @Test
    void revokedTokenIsRejected() {
        var alice = session("alice");
        assertThat(mvc.get().uri("/account").with(alice)).hasStatusOk().hasBodyTextEqualTo("alice");
        assertThat(mvc.get().uri("/account").with(alice.revoked())).hasStatus(401);
    }

    @Test
    void passwordChangeLogsOutTheOtherDevices() {
        var laptop = session("alice");
        var phone = session("alice");
        assertThat(mvc.get().uri("/account").with(phone)).hasStatusOk();
        assertThat(mvc.post().uri("/account/password").with(laptop)).hasStatusOk();
        assertThat(mvc.get().uri("/account").with(laptop)).hasStatusOk();
        assertThat(mvc.get().uri("/account").with(phone)).hasStatus(401);
        assertThat(sessions.getUserSessions("alice")).hasSize(1);
    }

    @Test
    void outageLetsTokensThroughButNotRevokedOnes() {
        var alice = session("alice");
        var bob = session("bob");
        assertThat(mvc.get().uri("/account").with(alice)).hasStatusOk();
        store.beginOutage();
        assertThat(mvc.get().uri("/account").with(alice)).hasStatusOk();
        assertThat(mvc.get().uri("/account").with(bob)).hasStatusOk();
        sessions.revokeAllUserSessions("alice");
        assertThat(mvc.get().uri("/account").with(alice)).hasStatus(401);
    }
}
