// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Answer;
import dev.sessiontracking.sample.SampleClient.Tokens;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

/** Without a URL the same code issues plain JWTs. */
@Import(CheapPasswords.class)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        useMainMethod = UseMainMethod.ALWAYS,
        properties = "session.tracking.redis-url=")
class PlainJwtTests {

    private SampleClient sample;

    @BeforeEach
    void connect(@LocalServerPort int port) {
        sample = new SampleClient(port);
    }

    @Test
    void loginAnswersTheSameShapeWithoutASession() {
        Answer answer = sample.postJson("/login", Map.of("username", "alice", "password", "password"), Map.of());

        assertThat(answer.json().propertyNames())
                .containsExactly("accessToken", "refreshToken", "sessionId", "tokenType", "expiresIn");
        assertThat(Tokens.of(answer).sessionId()).isNull();
    }

    @Test
    void accessTokenOpensTheApi() {
        assertThat(sample.get("/me", sample.login("alice").access()).status()).isEqualTo(200);
    }

    @Test
    void refreshTokenIsNeverProlonged() {
        Tokens alice = sample.login("alice");

        Tokens refreshed = Tokens.of(sample.refresh(alice.refresh()));

        assertThat(refreshed.refresh()).isNotEqualTo(alice.refresh());
        assertThat(refreshed.refreshExpiresAt()).isEqualTo(alice.refreshExpiresAt());
    }

    @Test
    void thereAreNoSessions() {
        Tokens alice = sample.login("alice");

        assertThat(sample.get("/sessions", alice.access()).text()).isEqualTo("[]");
        assertThat(sample.delete("/sessions", alice.access()).text()).isEqualTo("{\"revoked\":0,\"pending\":false}");
        sample.delete("/sessions/AAAAAAAAAAAAAAAAAAAAAAAA", alice.access()).assertProblem(404);
    }

    @Test
    void logoutSaysThatItEndedNothing() {
        Tokens alice = sample.login("alice");

        assertEndedNothing(sample.call("POST", "/logout", alice.access()));
        assertEndedNothing(sample.postJson("/logout", Map.of("refreshToken", alice.refresh()), Map.of()));
        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);
    }

    private static void assertEndedNothing(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"revoked\":false}");
    }

    @Test
    void logoutWithGarbageIsRejectedAsWithRedis() {
        sample.call("POST", "/logout", "garbage").assertProblem(401);
        sample.postJson("/logout", Map.of("refreshToken", "garbage"), Map.of()).assertProblem(401);
        sample.send("POST", "/logout", Map.of(), BodyPublishers.noBody()).assertProblem(400);
    }
}
