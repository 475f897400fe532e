// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Idle connections that a firewall or a load balancer has dropped without a word, while Redis is healthy. */
@Tag("long")
@ParameterizedClass
@ValueSource(ints = {750, 1_500})
class DroppedConnectionTests {

    private static final Predicate<String> TRACKED = sent -> sent.contains("TRACKING");

    private static final Predicate<String> ANY = sent -> true;

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    /** Leaves an overloaded machine time to connect again. */
    private final Duration commandTimeout;

    private final Duration longestCall;

    private FaultProxy network;

    private TestNode node;

    DroppedConnectionTests(int commandTimeout) {
        this.commandTimeout = Duration.ofMillis(commandTimeout);
        this.longestCall = this.commandTimeout.multipliedBy(4);
    }

    @BeforeEach
    void aNodeWhoseCacheWorks() {
        network = FaultProxy.inFrontOf(redis.server());
        node = TestNode.at(network.url(), "session.tracking.command-timeout=" + commandTimeout.toMillis() + "ms");
        node.awaitCached(node.login("alice").id());
    }

    @AfterEach
    void close() {
        node.close();
        network.close();
    }

    private UserSession login() {
        long start = System.nanoTime();
        UserSession session = node.service.createSession("bob", SessionMetadata.none());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(longestCall);
        return session;
    }

    private boolean isInRedis(String sessionId) {
        return redis.cli().number("EXISTS", "session:" + sessionId) == 1;
    }

    private void assertNoOutage() {
        assertThat(node.bean(SessionTracking.class).outages()).isZero();
    }

    @Test
    void everyLoginIsTrackedThoughItsConnectionWasDropped() {
        for (int i = 0; i < TestLength.of(2, 8); i++) {
            assertThat(network.forget(TRACKED.negate())).isPositive();
            UserSession session = login();
            assertThat(session.tracked()).as("login %d", i).isTrue();
            assertThat(isInRedis(session.id())).isTrue();
            // Isolated logins: between them, nothing is on its way.
            await().pollDelay(commandTimeout.plusMillis(100)).until(() -> true);
        }
        assertNoOutage();
    }

    @Test
    void loginThatArrivedIsRecognizedWhenItIsSentAgain() {
        network.forget(ANY, Direction.TO_CLIENT);
        UserSession session = node.service.createSession("bob", "an-id-of-the-caller", SessionMetadata.none());
        assertThat(session.tracked()).isTrue();
        assertThat(isInRedis(session.id())).isTrue();
        assertThat(redis.cli().text("ZSCORE", "user_sessions:bob", session.id()))
                .isNotNull();
        assertThat(node.service.getUserSessions("bob"))
                .extracting(UserSession::id)
                .contains(session.id());
        assertNoOutage();
    }

    @Test
    void idOfAnotherSessionIsStillTakenWhenItIsSentAgain() {
        node.service.createSession("carol", "taken", SessionMetadata.none());
        String before = redis.cli().text("GET", "session:taken");
        network.forget(ANY, Direction.TO_CLIENT);
        assertThatThrownBy(() -> node.service.createSession("carol", "taken", SessionMetadata.none()))
                .isInstanceOf(dev.sessiontracking.SessionAlreadyExistsException.class);
        assertThat(redis.cli().text("GET", "session:taken")).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void revocationIsConfirmed(Direction dropped) {
        UserSession session = login();
        network.forget(ANY, dropped);
        assertThat(node.service.revokeSession(session.id())).isTrue();
        assertThat(isInRedis(session.id())).isFalse();
        assertThat(node.pendingRevocations()).isZero();
        assertNoOutage();
    }

    @Test
    void tokenThatWasRevokedElsewhereIsNotAccepted() {
        for (int i = 0; i < TestLength.of(1, 2); i++) {
            UserSession session = login();
            node.awaitCached(session.id());
            network.forget(ANY);
            redis.cli().command("DEL", "session:" + session.id());
            // By then no cached answer is trusted any more.
            awaitStale();
            long start = System.nanoTime();
            assertThat(node.check(session.id()).status()).isEqualTo(SessionStatus.ENDED);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(longestCall);
        }
        assertNoOutage();
    }

    private void awaitStale() {
        await().until(() -> !node.bean(SessionTracking.class).nearCache().fresh());
    }

    @Test
    void checkDoesNotProveTheConnectionForCommandsOrTheReverse() {
        UserSession session = login();
        node.awaitCached(session.id());
        network.forget(TRACKED.negate());
        for (int i = 0; i < 50; i++) {
            assertThat(node.check(session.id()).status()).isEqualTo(SessionStatus.LIVE);
        }
        assertThat(login().tracked()).isTrue();
        network.forget(TRACKED);
        assertThat(login().tracked()).isTrue();
        awaitStale();
        assertThat(node.check(session.id())).isNotEqualTo(Result.UNVERIFIED);
        assertNoOutage();
    }
}
