// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.sample.SampleClient.Tokens;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.UseMainMethod;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Redis goes away and comes back, empty, under the default policy: nobody is kept out, nothing is gained by it. */
@Import(CheapPasswords.class)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        useMainMethod = UseMainMethod.ALWAYS,
        properties = "session.tracking.command-timeout=1s")
@DirtiesContext
class OutageTests {

    private static EmbeddedRedis redis;

    private SampleClient sample;

    private Tokens before;

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

    @BeforeEach
    void logInAndLoseRedis(@LocalServerPort int port) {
        sample = new SampleClient(port);
        sample.awaitTracking();
        before = sample.login("alice");
        assertThat(before.sessionId()).isNotNull();
        redis.stop();
    }

    @AfterEach
    void bringRedisBack() throws IOException {
        redis.stop();
        redis = EmbeddedRedis.startOn(redis.port());
        sample.awaitTracking();
    }

    @Test
    void tokensGoOnAsPlainJwts() {
        assertThat(sample.get("/me", before.access()).status()).isEqualTo(200);
    }

    @Test
    void sessionsThatCannotBeListedAreNotAnEmptyList() {
        assertThat(sample.get("/sessions", before.access()).assertProblem(503).header("Retry-After"))
                .isEqualTo("1");
    }

    @Test
    void revocationOfTheOtherSessionsIsReportedAsPending() {
        assertThat(sample.delete("/sessions", before.access()).text()).isEqualTo("{\"revoked\":0,\"pending\":true}");
        SampleClient.awaitNextSecond();
    }

    @Test
    void loginWorksUntracked() {
        Tokens during = sample.login("alice");

        assertThat(during.sessionId()).isNull();
        assertThat(sample.get("/me", during.access()).json().get("sessionId").isNull())
                .isTrue();
    }

    @Test
    void refreshGivesNewTokensThatLiveNoLonger() {
        Tokens during = Tokens.of(sample.refresh(before.refresh()));

        assertThat(during.refreshExpiresAt()).isEqualTo(before.refreshExpiresAt());
        assertThat(during.sessionId()).isEqualTo(before.sessionId());
        assertThat(during.access()).isNotEqualTo(before.access());
        assertThat(during.refresh()).isNotEqualTo(before.refresh());
        assertThat(sample.get("/me", during.access()).status()).isEqualTo(200);
    }

    @Test
    void refreshOfAnUntrackedLoginGivesNewTokensThatLiveNoLonger() {
        Tokens untracked = sample.login("alice");

        Tokens refreshed = Tokens.of(sample.refresh(untracked.refresh()));

        assertThat(refreshed.refreshExpiresAt()).isEqualTo(untracked.refreshExpiresAt());
        assertThat(refreshed.sessionId()).isNull();
    }

    @Test
    void sessionWhoseOwnerCannotBeCheckedIsNotRevoked() {
        assertThat(sample.delete("/sessions/" + before.sessionId(), before.access())
                        .assertProblem(503)
                        .header("Retry-After"))
                .isEqualTo("1");
        sample.delete("/sessions/AAAAAAAAAAAAAAAAAAAAAAAA", before.access()).assertProblem(503);
    }

    @Test
    void logoutIsEnforcedAllTheSame() {
        assertThat(sample.call("POST", "/logout", before.access()).status()).isEqualTo(204);

        sample.get("/me", before.access()).assertProblem(401);
        sample.refresh(before.refresh()).assertProblem(401);
    }

    @Test
    void firstRefreshAfterwardsRegistersAnUntrackedLogin() throws IOException {
        Tokens untracked = sample.login("alice");
        redis = EmbeddedRedis.startOn(redis.port());
        sample.awaitTracking();

        Tokens tracked = Tokens.of(sample.refresh(untracked.refresh()));

        assertThat(tracked.sessionId()).isNotNull();
        assertThat(sample.get("/sessions", tracked.access()).text()).contains(tracked.sessionId());
        assertThat(Tokens.of(sample.refresh(untracked.refresh())).sessionId()).isEqualTo(tracked.sessionId());
        new RedisCli(redis.url()).run(cli -> cli.del("session:" + tracked.sessionId()));
        await().untilAsserted(() -> sample.get("/me", tracked.access()).assertProblem(401));
    }

    @Test
    void revokedSessionIsNotRegisteredAgain() throws IOException {
        Tokens untracked = sample.login("alice");
        startRedisAgain();
        Tokens tracked = Tokens.of(sample.refresh(untracked.refresh()));
        new RedisCli(redis.url()).run(cli -> cli.del("session:" + tracked.sessionId()));

        sample.refresh(untracked.refresh()).assertProblem(401);
        sample.refresh(tracked.refresh()).assertProblem(401);
    }

    @Test
    void logoutWithTheFirstRefreshTokenEndsTheSessionThatItHasRegistered() throws IOException {
        Tokens untracked = sample.login("alice");
        startRedisAgain();
        Tokens tracked = Tokens.of(sample.refresh(untracked.refresh()));

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

    private void startRedisAgain() throws IOException {
        redis = EmbeddedRedis.startOn(redis.port());
        sample.awaitTracking();
    }

    private void logOut(Tokens tokens) {
        assertThat(sample.postJson("/logout", Map.of("refreshToken", tokens.refresh()), Map.of())
                        .status())
                .isEqualTo(204);
    }

    @Test
    void serverThatComesBackEmptyHasLoggedEverybodyOut() throws IOException {
        redis = EmbeddedRedis.startOn(redis.port());
        sample.awaitTracking();

        // Logins may be tracked a moment before checks are verified again.
        await().untilAsserted(() -> sample.get("/me", before.access()).assertProblem(401));
        sample.refresh(before.refresh()).assertProblem(401);
    }
}
