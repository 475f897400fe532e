// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;

/** Each kind of token opens its own door only, and only as it was issued. */
class TokenTests extends AbstractSampleTests {

    private final TokenForge forge;

    TokenTests(@Autowired JwtEncoder encoder) {
        this.forge = new TokenForge(encoder);
    }

    @Test
    void refreshTokenDoesNotOpenTheApi() {
        sample.get("/me", sample.login("alice").refresh()).assertProblem(401);
    }

    @Test
    void accessTokenDoesNotRefresh() {
        sample.refresh(sample.login("alice").access()).assertProblem(401);
    }

    @Test
    void operationThatDemandsARecentLoginIsChallengedOtherwise() {
        Tokens alice = sample.login("alice");
        Map<String, Object> earlier = Map.of(
                "sid",
                alice.sessionId(),
                "auth_time",
                Instant.now().minusSeconds(600).getEpochSecond());
        String access = forge.sign(TokenType.ACCESS, earlier, same -> {});

        assertThat(confirm(alice.access()).status()).isEqualTo(204);
        assertThat(sample.get("/me", access).status()).isEqualTo(200);
        SampleClient.Answer stale = confirm(access);
        assertThat(stale.status()).isEqualTo(401);
        assertThat(stale.header("WWW-Authenticate"))
                .contains("insufficient_user_authentication")
                .contains("max_age=\"300\"");
    }

    private SampleClient.Answer confirm(String access) {
        return sample.postJson("/me/confirmation", Map.of(), Map.of("Authorization", "Bearer " + access));
    }

    @Test
    void accessTokenInTheBodyDoesNotLogOut() {
        Tokens alice = sample.login("alice");

        sample.postJson("/logout", Map.of("refreshToken", alice.access()), Map.of())
                .assertProblem(401);

        assertThat(sample.get("/me", alice.access()).status()).isEqualTo(200);
    }

    @Test
    void unchangedForgeryIsAccepted() {
        Map<String, Object> session = Map.of("sid", sample.login("alice").sessionId());

        assertThat(sample.get("/me", forge.sign(TokenType.ACCESS, session, same -> {}))
                        .status())
                .isEqualTo(200);
        assertThat(sample.refresh(forge.sign(TokenType.REFRESH, session, same -> {}))
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource
    void changedTokenIsRefused(Consumer<JwtClaimsSet.Builder> change) {
        Map<String, Object> session = Map.of("sid", sample.login("alice").sessionId());

        sample.get("/me", forge.sign(TokenType.ACCESS, session, change)).assertProblem(401);
        sample.refresh(forge.sign(TokenType.REFRESH, session, change)).assertProblem(401);
    }

    static Stream<Named<Consumer<JwtClaimsSet.Builder>>> changedTokenIsRefused() {
        return Stream.of(
                Named.of("another issuer", token -> token.issuer("https://elsewhere.example")),
                Named.of("another audience", token -> token.audience(List.of("https://elsewhere.example"))),
                Named.of("no audience", token -> token.claims(all -> all.remove("aud"))),
                Named.of(
                        "expired",
                        token -> token.issuedAt(Instant.now().minusSeconds(7200))
                                .expiresAt(Instant.now().minusSeconds(3600))),
                Named.of("not yet valid", token -> token.notBefore(Instant.now().plusSeconds(3600))));
    }

    @ParameterizedTest
    @MethodSource
    void tokenOfNoSessionOfOursIsRefused(Object sessionId) {
        String token = forge.sign(TokenType.ACCESS, Map.of("sid", sessionId), same -> {});

        sample.get("/me", token).assertProblem(401);
    }

    static Stream<Named<Object>> tokenOfNoSessionOfOursIsRefused() {
        return Stream.of(
                Named.of("never registered", "AAAAAAAAAAAAAAAAAAAAAAAA"),
                Named.of("control characters", "a\u0000b\n"),
                Named.of("a number", 42),
                Named.of("a list", List.of("a", "b")),
                Named.of("empty", ""),
                Named.of("endless", "x".repeat(2000)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "at+jwt+x", ""})
    void tokenOfNoKindIsRefused(String type) {
        Map<String, Object> session = Map.of("sid", sample.login("alice").sessionId());
        String token = forge.sign(type, session, same -> {});

        sample.get("/me", token).assertProblem(401);
        sample.refresh(token).assertProblem(401);
    }

    @Test
    void refreshForAUserWhoIsGoneIsRefused() {
        Map<String, Object> session = Map.of("sid", sample.login("alice").sessionId());

        sample.refresh(forge.sign(TokenType.REFRESH, session, token -> token.subject("mallory")))
                .assertProblem(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.", "\u0000", "\ud83d\ude00"})
    void garbageDoesNotRefresh(String garbage) {
        sample.refresh(garbage).assertProblem(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"refreshToken\":null}", "{\"refreshToken\":\" \"}", "{\"refreshToken\":[1]}", "["})
    void malformedRefreshIsABadRequest(String body) {
        sample.post("/refresh", "application/json", body).assertProblem(400);
    }

    @Test
    void overlongRefreshTokenIsABadRequest() {
        sample.refresh("x".repeat(1_000_000)).assertProblem(400);
    }
}
