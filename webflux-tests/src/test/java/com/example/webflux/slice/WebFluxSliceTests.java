// SPDX-License-Identifier: Apache-2.0
package com.example.webflux.slice;

import static dev.sessiontracking.test.SessionMockServerConfigurers.mockSession;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import dev.sessiontracking.test.SessionMockServerConfigurers.SessionConfigurer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.test.web.reactive.server.StatusAssertions;
import org.springframework.test.web.reactive.server.WebTestClient;

/** A slice of a WebFlux application, as docs/testing.md describes it. */
@WebFluxTest
@AutoConfigureTestSessionStore
class WebFluxSliceTests {

    @Autowired
    WebTestClient client;

    @Autowired
    ReactiveSessionService sessions;

    @Autowired
    InMemorySessionStore store;

    private StatusAssertions account(SessionConfigurer user) {
        return client.mutateWith(user).get().uri("/account").exchange().expectStatus();
    }

    @Test
    void revokedTokenIsRejected() {
        var alice = mockSession("alice");
        account(alice).isOk().expectBody(String.class).isEqualTo("alice");
        account(alice.revoked()).isUnauthorized();
    }

    @Test
    void outageLetsTokensThroughButNotRevokedOnes() {
        var alice = mockSession("alice");
        account(alice).isOk();
        store.beginOutage();
        account(alice).isOk();
        sessions.revokeAllUserSessions("alice").block();
        account(alice).isUnauthorized();
    }
}
