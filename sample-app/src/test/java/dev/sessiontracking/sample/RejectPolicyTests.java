// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The same outage under the policy {@code reject}: no proof, no entry, and "try again" instead of "log in again". */
@Import(CheapPasswords.class)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        useMainMethod = UseMainMethod.ALWAYS,
        properties = "session.tracking.outage-policy=reject")
@DirtiesContext
class RejectPolicyTests {

    private static EmbeddedRedis redis;

    @BeforeAll
    static void startRedis() throws IOException {
        redis = EmbeddedRedis.startOnFreePort();
    }

    @DynamicPropertySource
    static void useIt(DynamicPropertyRegistry properties) {
        properties.add("session.tracking.redis-url", () -> redis.url());
    }

    @AfterAll
    static void stopRedis() {
        redis.stop();
    }

    @Test
    void everythingThatNeedsASessionIsUnavailable(@LocalServerPort int port) {
        SampleClient sample = new SampleClient(port);
        sample.awaitTracking();
        Tokens before = sample.login("alice");
        redis.stop();

        sample.postJson("/login", Map.of("username", "alice", "password", "password"), Map.of())
                .assertProblem(503);
        sample.refresh(before.refresh()).assertProblem(503);
        assertThat(sample.get("/me", before.access()).assertProblem(503).header("Retry-After"))
                .isNotEmpty();
    }
}
