// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who logs in while Redis is away has no session until the first refresh afterwards, and can be logged out all the same. */
class LoginsDuringOutageTests extends AbstractOutageTests {

    @Test
    void loginWorksUntracked() {
        Tokens during = sample.login("alice");

        assertThat(during.sessionId()).isNull();
        assertThat(sample.get("/me", during.access()).json().get("sessionId").isNull())
                .isTrue();
    }

    @Test
    void refreshOfAnUntrackedLoginGivesNewTokensThatLiveNoLonger() {
        Tokens untracked = sample.login("alice");

        Tokens refreshed = Tokens.of(sample.refresh(untracked.refresh()));

        assertThat(refreshed.refreshExpiresAt()).isEqualTo(untracked.refreshExpiresAt());
        assertThat(refreshed.sessionId()).isNull();
    }

    @Test
    void firstRefreshAfterwardsRegistersAnUntrackedLogin() throws IOException {
        Tokens untracked = sample.login("alice");

        Tokens tracked = registerAfterwards(untracked);

        assertThat(tracked.sessionId()).isNotNull();
        assertThat(sample.get("/sessions", tracked.access()).text()).contains(tracked.sessionId());
        assertThat(Tokens.of(sample.refresh(untracked.refresh())).sessionId()).isEqualTo(tracked.sessionId());
        new RedisCli(redis.url()).run(cli -> cli.del("session:" + tracked.sessionId()));
        await().untilAsserted(() -> sample.get("/me", tracked.access()).assertProblem(401));
    }

    @Test
    void revokedSessionIsNotRegisteredAgain() throws IOException {
        Tokens untracked = sample.login("alice");
        Tokens tracked = registerAfterwards(untracked);
        new RedisCli(redis.url()).run(cli -> cli.del("session:" + tracked.sessionId()));

        sample.refresh(untracked.refresh()).assertProblem(401);
        sample.refresh(tracked.refresh()).assertProblem(401);
    }

    @Test
    void logoutWithTheFirstRefreshTokenEndsTheSessionThatItHasRegistered() throws IOException {
        Tokens untracked = sample.login("alice");
        Tokens tracked = registerAfterwards(untracked);

        logOut(untracked);

        sample.get("/me", tracked.access()).assertProblem(401);
        sample.refresh(tracked.refresh()).assertProblem(401);
        sample.refresh(untracked.refresh()).assertProblem(401);
    }

    @Test
    void logoutOfAnUntrackedLoginKeepsItFromBeingRegistered() throws IOException {
        Tokens untracked = sample.login("alice");
        startRedisAgain();

        logOut(untracked);

        sample.refresh(untracked.refresh()).assertProblem(401);
    }

    @Test
    void logoutDuringTheOutageKeepsTheLoginFromBeingRegistered() throws IOException {
        Tokens untracked = sample.login("alice");
        logOut(untracked);
        startRedisAgain();

        sample.refresh(untracked.refresh()).assertProblem(401);
        RedisCli cli = new RedisCli(redis.url());
        await().until(() -> cli.run(commands -> commands.keys("session_state:*").size()) == 1);
    }

    @Test
    void revocationOfAllEndsLoginsMadeDuringTheOutage() throws IOException {
        Tokens untracked = sample.login("bob");
        startRedisAgain();
        assertThat(sample.get("/me", untracked.access()).status()).isEqualTo(200);

        Tokens admin = sample.login("admin");
        assertThat(sample.delete("/admin/users/bob/sessions", admin.access()).status())
                .isEqualTo(200);

        sample.get("/me", untracked.access()).assertProblem(401);
        sample.refresh(untracked.refresh()).assertProblem(401);
        Tokens later = sample.login("bob");
        assertThat(sample.get("/me", later.access()).status()).isEqualTo(200);
        assertThat(sample.refresh(later.refresh()).status()).isEqualTo(200);
        SampleClient.awaitNextSecond();
    }

    @Test
    void loginMadeDuringTheOutageCanLogOutEverywhere() throws IOException {
        Tokens stolen = sample.login("bob");
        Tokens own = sample.login("bob");
        startRedisAgain();

        assertThat(sample.delete("/sessions", own.access()).status()).isEqualTo(200);

        sample.get("/me", stolen.access()).assertProblem(401);
        sample.refresh(stolen.refresh()).assertProblem(401);
        sample.get("/me", own.access()).assertProblem(401);
        SampleClient.awaitNextSecond();
    }

    private Tokens registerAfterwards(Tokens untracked) throws IOException {
        startRedisAgain();
        return Tokens.of(sample.refresh(untracked.refresh()));
    }

    private void logOut(Tokens tokens) {
        assertThat(sample.postJson("/logout", Map.of("refreshToken", tokens.refresh()), Map.of())
                        .status())
                .isEqualTo(204);
    }
}
