// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.testkit.RedisServerExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpHeaders;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** A slice of an application whose sessions are tracked. Its server ends with it, and so does its context. */
@WebMvcTest
@DirtiesContext
class WebMvcSliceTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @DynamicPropertySource
    static void redis(DynamicPropertyRegistry properties) {
        properties.add("session.tracking.redis-url", redis::url);
    }

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private SessionService sessions;

    @Test
    void revokedTokenIsRejected() {
        UserSession session =
                await().until(() -> sessions.createSession("alice", SessionMetadata.none()), UserSession::tracked);
        String token = TestIssuer.get().token(session.id());

        assertThat(count(token)).hasStatusOk().bodyText().matches("[1-9]\\d*");
        sessions.revokeSession(session.id());

        assertThat(count(token)).hasStatus(401);
        assertThat(count("garbage")).hasStatus(401);
    }

    private MvcTestResult count(String token) {
        return mvc.get()
                .uri("/count")
                .header(HttpHeaders.AUTHORIZATION, "Bearer " + token)
                .exchange();
    }
}
