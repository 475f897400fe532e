// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/**
 * Redis rotates a refresh token, and its reply is lost: the client gets 503 and keeps the token. There is no interval in
 * which the token may be repeated, so that the order of events does not depend on time.
 */
class LostRotationTests {

    private static final String[] STRICT = {
        "session.tracking.outage-policy=reject", "session.tracking.refresh.reuse-interval=0s"
    };

    private final RedisServer server = RedisServers.start();

    private final FaultProxy network = FaultProxy.inFrontOf(server);

    private final TestNode node = TestNode.at(network.url(), STRICT);

    private final TestNode other = TestNode.at(server.url(), STRICT);

    private TokenGrant current;

    private String key;

    private String valueBefore;

    @BeforeEach
    void loseTheReply() {
        TokenGrant login = patiently(() -> node.tokens().login("alice", SessionMetadata.none()));
        // From the first time on, the server knows the script.
        current = node.refresh(login);
        key = "session:" + login.session().id();
        valueBefore = server.cli().text("GET", key);
        network.loseReplyTo("\"rotation\":\"2@");
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> node.refresh(current));
        assertThat(server.cli().text("GET", key)).contains("\"rotation\":\"2@");
    }

    @AfterEach
    void close() {
        node.close();
        other.close();
        network.close();
        server.close();
    }

    private static TokenGrant patiently(Supplier<TokenGrant> call) {
        return await().atMost(TestNode.PATIENCE)
                .pollDelay(Duration.ZERO)
                .ignoreException(SessionStoreUnavailableException.class)
                .until(call::get, grant -> true);
    }

    private void awaitRotation(int generation) {
        await().atMost(TestNode.PATIENCE)
                .until(() -> String.valueOf(server.cli().text("GET", key)).contains("rotation\":\"" + generation));
    }

    @RepeatedTest(3)
    void theNodeAcceptsTheTokenAsSoonAsRedisAnswers() {
        network.heal();
        TokenGrant refreshed = patiently(() -> node.refresh(current));
        assertThat(refreshed.refreshClaims()).containsEntry("srt", 2L);
        assertThat(other.refresh(refreshed).refreshClaims()).containsEntry("srt", 3L);
    }

    @Test
    void otherNodesAcceptItToo() {
        long left = server.cli().number("PTTL", key);
        network.heal();
        awaitRotation(1);
        assertThat(server.cli().number("PTTL", key)).isBetween(1L, left);
        assertThat(other.refresh(current).refreshClaims()).containsEntry("srt", 2L);
    }

    /** The command is on its way for so long that the node tries to take it back first. */
    @Test
    void aCommandThatArrivesLateRotatesNothing() {
        assertThat(server.cli().text("SET", key, valueBefore, "KEEPTTL")).isEqualTo("OK");
        network.heal();
        String value = await().atMost(TestNode.PATIENCE)
                .until(() -> server.cli().text("GET", key), now -> !valueBefore.equals(now));
        assertThat(value).contains("\"rotation\":\"1@");
        assertThat(other.refresh(current).refreshClaims()).containsEntry("srt", 2L);
    }

    @Test
    void whatSomebodyElseHasRotatedMeanwhileStays() {
        Map<String, Object> claims = new HashMap<>(current.refreshClaims());
        claims.put("exp", current.refreshExpiresAt());
        claims.put("srt", 2L);
        TokenGrant later = other.tokens().refresh(claims, SessionMetadata.none());
        network.heal();
        assertThat(patiently(() -> node.refresh(later)).refreshClaims()).containsEntry("srt", 4L);
    }

    @Test
    void aSessionThatWasRevokedMeanwhileStaysRevoked() {
        assertThat(other.service.revokeSession(current.session().id())).isTrue();
        network.heal();
        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> patiently(() -> node.refresh(current)));
        assertThat(server.cli().number("EXISTS", key)).isZero();
    }

    /** Both were sent, and the node cannot know which one came first. */
    @Test
    void ofTwoLostRotationsTheOneThatHappenedIsTakenBack() {
        network.heal();
        current = patiently(() -> node.refresh(current));
        network.delay(Duration.ofMillis(200), Direction.TO_CLIENT);
        network.loseReplyTo("the other tab");
        CompletableFuture<TokenGrant> first = CompletableFuture.supplyAsync(() -> node.refresh(current));
        CompletableFuture<TokenGrant> second = CompletableFuture.supplyAsync(
                () -> node.refresh(current, SessionMetadata.of(null, "the other tab")),
                CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));
        assertThat(first).failsWithin(TestNode.PATIENCE);
        assertThat(second).failsWithin(TestNode.PATIENCE);
        assertThat(server.cli().text("GET", key)).contains("\"rotation\":\"3@").doesNotContain("the other tab");
        network.heal();
        awaitRotation(2);
        assertThat(other.refresh(current).refreshClaims()).containsEntry("srt", 3L);
    }

    @Test
    void aSessionThatWasReplacedByAnotherTypeMeanwhileHasEnded() {
        server.cli().command("DEL", key);
        server.cli().command("HSET", key, "a", "b");
        network.heal();
        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> patiently(() -> node.refresh(current)));
        assertThat(server.cli().text("HGET", key, "a")).isEqualTo("b");
    }

    /** Nobody waits for the attempts in the background. */
    @Test
    void anAttemptToTakeItBackThatFailsIsNoOutage() {
        SessionTracking tracking = node.bean(SessionTracking.class);
        await().atMost(TestNode.PATIENCE).until(() -> tracking.outages() == 1);
        network.loseReplyTo("\"rotation\":\"1@");
        server.cli().resetStats();
        network.heal();
        await().atMost(TestNode.PATIENCE)
                .until(() -> server.cli().commandCounts().containsKey("evalsha"));
        // An attempt of a request would be an outage within two seconds. The silence itself is one after three.
        await().during(Duration.ofMillis(2_300)).atMost(TestNode.PATIENCE).until(() -> tracking.outages() == 1);
        network.heal();
        awaitRotation(1);
    }
}
