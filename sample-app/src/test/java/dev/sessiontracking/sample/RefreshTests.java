// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.sample.SampleClient.Answer;
import dev.sessiontracking.sample.SampleClient.Tokens;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import tools.jackson.databind.JsonNode;

/** A refresh prolongs a session that lives, and never brings back one that has ended. */
class RefreshTests extends AbstractSampleTests {

    @Test
    void refreshGivesNewTokensOfTheSameSession() {
        Tokens before = sample.login("alice");

        Answer answer = sample.refresh(before.refresh());
        Tokens after = Tokens.of(answer);

        assertThat(answer.json().propertyNames())
                .containsExactly("accessToken", "refreshToken", "sessionId", "tokenType", "expiresIn");
        assertThat(after.sessionId()).isEqualTo(before.sessionId());
        assertThat(after.access()).isNotEqualTo(before.access());
        assertThat(after.refresh()).isNotEqualTo(before.refresh());
        assertThat(sample.get("/me", after.access()).status()).isEqualTo(200);
    }

    @Test
    void refreshGivesTheSessionItsFullLifetimeAgain() {
        Tokens alice = sample.login("alice");
        redis.run(cli -> cli.expire("session:" + alice.sessionId(), 100));

        assertThat(sample.refresh(alice.refresh()).status()).isEqualTo(200);

        assertThat(redis.<Long>run(cli -> cli.ttl("session:" + alice.sessionId())))
                .isGreaterThan(6 * 86400L);
    }

    @Test
    void revokedSessionIsNotRefreshedAndStaysGone() {
        Tokens alice = sample.login("alice");
        redis.run(cli -> cli.del("session:" + alice.sessionId()));

        sample.refresh(alice.refresh()).assertProblem(401);

        assertThat(redis.<Long>run(cli -> cli.exists("session:" + alice.sessionId())))
                .isZero();
    }

    @Test
    void refreshTokenExpiresWithItsSession(@Autowired SecretKey key) {
        Tokens login = sample.login("alice");
        Tokens refreshed = Tokens.of(sample.refresh(login.refresh()));

        Instant tokenExpiry =
                TokenType.REFRESH.decoder(key).decode(refreshed.refresh()).getExpiresAt();

        JsonNode session = sample.get("/sessions", refreshed.access()).json().get(0);
        assertThat(tokenExpiry)
                .isEqualTo(Instant.parse(session.get("expiresAt").asString()).truncatedTo(ChronoUnit.SECONDS));
    }

    @Test
    void sessionIsListedWithItsLastRefresh() {
        Tokens alice = sample.login("alice");
        Tokens refreshed = Tokens.of(sample.refresh(alice.refresh()));

        JsonNode session = sample.get("/sessions", refreshed.access()).json().get(0);

        assertThat(Instant.parse(session.get("lastUsedAt").asString()))
                .isAfter(Instant.parse(session.get("createdAt").asString()));
    }

    @Test
    void refreshTokenThatIsUsedAgainAfterItsSuccessorEndsTheSession() {
        Tokens login = sample.login("alice");
        Tokens first = Tokens.of(sample.refresh(login.refresh()));
        Tokens again = Tokens.of(sample.refresh(login.refresh()));
        assertThat(again.sessionId()).isEqualTo(first.sessionId());
        Tokens second = Tokens.of(sample.refresh(again.refresh()));

        sample.refresh(login.refresh()).assertProblem(401);

        sample.refresh(second.refresh()).assertProblem(401);
        sample.get("/me", second.access()).assertProblem(401);
    }

    @RepeatedTest(5)
    void refreshesThatRaceWithARevocationDoNotBringTheSessionBack() throws Exception {
        Tokens phone = sample.login("alice");
        Tokens laptop = sample.login("alice");
        AtomicBoolean revoked = new AtomicBoolean();
        CompletableFuture<List<Integer>> refreshes = CompletableFuture.supplyAsync(() -> {
            List<Integer> statuses = new ArrayList<>();
            while (!revoked.get()) {
                statuses.add(sample.refresh(phone.refresh()).status());
            }
            return statuses;
        });

        sample.delete("/sessions/" + phone.sessionId(), laptop.access());
        sample.refresh(phone.refresh()).assertProblem(401);
        revoked.set(true);

        assertThat(refreshes.get(10, TimeUnit.SECONDS)).isSubsetOf(200, 401);
        sample.get("/me", phone.access()).assertProblem(401);
        assertThat(redis.<Long>run(cli -> cli.exists("session:" + phone.sessionId())))
                .isZero();
    }

    @Test
    void tokenOfAnUntrackedLoginRegistersASession(@Autowired JwtEncoder encoder) {
        String untracked = new TokenForge(encoder).untracked(TokenType.REFRESH);

        Tokens tracked = Tokens.of(sample.refresh(untracked));

        assertThat(tracked.sessionId()).isNotNull();
        assertThat(tracked.refresh()).isNotEqualTo(untracked);
        assertThat(sample.get("/me", tracked.access()).json().get("sessionId").asString())
                .isEqualTo(tracked.sessionId());
        redis.run(cli -> cli.del("session:" + tracked.sessionId()));
        sample.refresh(tracked.refresh()).assertProblem(401);
    }

    @Test
    void everyRefreshWithTheTokenOfAnUntrackedLoginIsOfOneSession(@Autowired JwtEncoder encoder) {
        String untracked = new TokenForge(encoder).untracked(TokenType.REFRESH);
        Tokens first = Tokens.of(sample.refresh(untracked));

        Tokens second = Tokens.of(sample.refresh(untracked));

        assertThat(second.sessionId()).isEqualTo(first.sessionId());
        assertThat(sample.call("POST", "/logout", second.access()).status()).isEqualTo(204);
        sample.refresh(untracked).assertProblem(401);
        sample.refresh(first.refresh()).assertProblem(401);
    }

    @Test
    void tokensOfDifferentUntrackedLoginsAreOfDifferentSessions(@Autowired JwtEncoder encoder) {
        TokenForge forge = new TokenForge(encoder);
        Tokens phone = Tokens.of(sample.refresh(forge.untracked(TokenType.REFRESH)));
        Tokens laptop = Tokens.of(sample.refresh(forge.untracked(TokenType.REFRESH)));

        assertThat(phone.sessionId()).isNotEqualTo(laptop.sessionId());
    }
}
