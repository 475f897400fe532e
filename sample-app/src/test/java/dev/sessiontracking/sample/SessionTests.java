// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Answer;
import dev.sessiontracking.sample.SampleClient.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import tools.jackson.databind.JsonNode;

/** A user sees and ends his own sessions, and nobody else's; an administrator ends anybody's. */
class SessionTests extends AbstractSampleTests {

    @Test
    void listShowsOwnSessionsNewestFirst() {
        Tokens phone = sample.login("alice", Map.of("User-Agent", "phone"));
        Tokens laptop = sample.login("alice", Map.of("User-Agent", "laptop"));
        sample.login("bob");

        JsonNode sessions = sample.get("/sessions", phone.access()).json();

        assertThat(sessions.values())
                .extracting(session -> session.get("id").asString())
                .containsExactly(laptop.sessionId(), phone.sessionId());
        assertThat(sessions.values())
                .extracting(session -> session.get("current").booleanValue())
                .containsExactly(false, true);
        assertThat(sessions.values())
                .extracting(session -> session.get("userAgent").asString())
                .containsExactly("laptop", "phone");
    }

    @Test
    void listedSessionHasItsFields() {
        Tokens alice = sample.login("alice");

        JsonNode session = sample.get("/sessions", alice.access()).json().get(0);

        assertThat(session.propertyNames())
                .containsExactly("id", "ip", "userAgent", "createdAt", "lastUsedAt", "expiresAt", "current");
        Instant createdAt = Instant.parse(session.get("createdAt").asString());
        Instant expiresAt = Instant.parse(session.get("expiresAt").asString());
        assertThat(createdAt)
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(Duration.between(createdAt, expiresAt)).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void deleteEndsAnotherOwnSession() {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");

        assertThat(sample.delete("/sessions/" + phone.sessionId(), laptop.access())
                        .status())
                .isEqualTo(204);

        sample.get("/me", phone.access()).assertProblem(401);
        assertThat(sample.get("/sessions", laptop.access()).json().size()).isEqualTo(1);
    }

    @Test
    void anothersSessionIsNotFoundAndStays() {
        Tokens alice = sample.login("alice");
        Tokens bob = sample.login("bob");

        Answer others =
                sample.delete("/sessions/" + alice.sessionId(), bob.access()).assertProblem(404);
        Answer none = sample.delete("/sessions/AAAAAAAAAAAAAAAAAAAAAAAA", bob.access())
                .assertProblem(404);

        assertThat(others.json().get("detail")).isEqualTo(none.json().get("detail"));
        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"*", "%20", "a%20b", "%C3%A9", "%F0%9F%98%80", "KEYS%20*", "session:x", "%C2%85", "..x", "%7B%7D"
            })
    void hostileIdIsNotFound(String id) {
        Tokens alice = sample.login("alice");

        sample.delete("/sessions/" + id, alice.access()).assertProblem(404);

        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);
    }

    @Test
    void overlongIdIsNotFound() {
        sample.delete("/sessions/" + "x".repeat(5000), sample.login("alice").access())
                .assertProblem(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%0Ab", "a;b", "%2e%2e/x", "a%250Ab", "/", "/evil.example"})
    void pathThatTheFirewallRefusesIsABadRequest(String id) {
        sample.delete("/sessions/" + id, sample.login("alice").access()).assertProblem(400);
    }

    /** Tomcat's own answer: these never reach the application. */
    @ParameterizedTest
    @ValueSource(strings = {"a%00b", "a%2Fb", "..%2F..%2Fadmin"})
    void pathThatTheServerRefusesIsABadRequest(String id) {
        assertThat(sample.delete("/sessions/" + id, sample.login("alice").access())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void deleteOthersWithAnUntrackedTokenEndsAllTracked(@Autowired JwtEncoder encoder) {
        Tokens phone = sample.login("alice");
        String untracked = new TokenForge(encoder).untracked(TokenType.ACCESS);

        assertThat(sample.delete("/sessions", untracked).text()).isEqualTo("{\"revoked\":1,\"pending\":false}");

        sample.get("/me", phone.access()).assertProblem(401);
    }

    @Test
    void administratorEndsAllSessionsOfAUser() {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");
        Tokens bob = sample.login("bob");
        Tokens admin = sample.login("admin");

        Answer answer = sample.delete("/admin/users/alice/sessions", admin.access());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"revoked\":2,\"pending\":false}");
        sample.get("/me", phone.access()).assertProblem(401);
        sample.refresh(laptop.refresh()).assertProblem(401);
        assertThat(sample.get("/me", bob.access()).status()).isEqualTo(200);
    }

    @Test
    void userWithoutSessionsHasNoneToEnd() {
        assertThat(sample.delete(
                                "/admin/users/nobody/sessions",
                                sample.login("admin").access())
                        .text())
                .isEqualTo("{\"revoked\":0,\"pending\":false}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%20", "a%C2%85b"})
    void hostileUserIdIsABadRequest(String userId) {
        sample.delete(
                        "/admin/users/" + userId + "/sessions",
                        sample.login("admin").access())
                .assertProblem(400);
    }

    @Test
    void unknownPathIsNotFound() {
        sample.get("/nothing", sample.login("alice").access()).assertProblem(404);
    }

    @Test
    void errorPageHasNothingToShowOfItself() {
        sample.get("/error", sample.login("alice").access()).assertProblem(400);
    }

    @Test
    void problemNamesThePath() {
        assertThat(sample.get("/me", "x")
                        .assertProblem(401)
                        .json()
                        .get("instance")
                        .asString())
                .isEqualTo("/me");
    }
}
