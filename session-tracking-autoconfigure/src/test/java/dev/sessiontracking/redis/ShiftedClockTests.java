// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.FailoverProxy;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A failover to a master whose clock is an hour ahead or behind. */
class ShiftedClockTests {

    /** These tests are about time stamps, on machines that may be busy. */
    private static final String PATIENT = "session.tracking.command-timeout=2s";

    private static final Duration HOUR = Duration.ofHours(1);

    private final RedisServer first = RedisServers.startLocal();

    private final RedisServer second = RedisServers.startLocal("--replicaof", first.host(), "" + first.port());

    private final FailoverProxy address = new FailoverProxy(first);

    private TestNode node;

    private TestNode other;

    @BeforeEach
    void start() {
        await().atMost(TestNode.PATIENCE)
                .ignoreExceptions()
                .until(() -> first.cli().info("slave0").contains("state=online"));
        node = TestNode.at(address.url(), PATIENT);
        other = TestNode.at(address.url(), PATIENT);
        node.awaitCached(node.login("nobody").id());
        other.awaitCached(other.login("nobody").id());
    }

    @AfterEach
    void close() {
        node.close();
        other.close();
        address.close();
        second.close();
        first.close();
    }

    /** @param loseLast whether the new master has not got the writes from here on */
    private void failOver(int hours, Runnable loseLast) {
        // WAIT is about the writes of its own connection.
        first.cli().command("SET", "last", "write");
        assertThat(first.cli().number("WAIT", "1", "5000")).isEqualTo(1);
        // Otherwise the writes would wait in the system's buffers.
        second.cli().command("REPLICAOF", "NO", "ONE");
        loseLast.run();
        address.failOver(second, HOUR.multipliedBy(hours));
        first.kill();
        for (TestNode each : List.of(node, other)) {
            UserSession login = each.login("nobody");
            assertStatus(login, SessionStatus.LIVE);
        }
        assertThat(address.shiftedScripts()).isPositive();
    }

    private void assertStatus(UserSession session, SessionStatus status) {
        for (TestNode each : List.of(node, other)) {
            each.awaitStatus(TokenSession.of(session.id()), status);
        }
    }

    private void assertWithoutSession(String userId, Instant authenticatedAt, SessionStatus status) {
        for (TestNode each : List.of(node, other)) {
            each.awaitStatusOf(userId, authenticatedAt, status);
        }
    }

    private void assertUsable(UserSession session) {
        assertThat(session.tracked()).isTrue();
        assertStatus(session, SessionStatus.LIVE);
        assertThat(other.service.renewSession(session.id())).isEqualTo(SessionRenewal.RENEWED);
        assertThat(other.service.getUserSessions(session.userId()))
                .extracting(UserSession::id)
                .contains(session.id());
    }

    private Optional<UserSession> register(String userId, Instant authenticatedAt) {
        return other.service.registerSession(
                userId,
                "login-of-" + userId,
                SessionMetadata.none(),
                authenticatedAt,
                Instant.now().plusSeconds(3_600));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void whatWasBeforeTheFailoverHolds(int hours) {
        Instant outageLogin = Instant.now().minusSeconds(600);
        UserSession alice = node.login("alice");
        UserSession bob = node.login("bob");
        UserSession carol = node.login("carol");
        UserSession kept = node.login("dave");
        UserSession ended = node.login("dave");
        UserSession lost = node.login("erin");
        UserSession lostOfAll = node.login("frank");
        node.service.revokeSession(bob.id());
        node.service.revokeAllUserSessions("carol");
        UserSession carolAgain = node.login("carol");
        node.service.revokeOtherUserSessions("dave", kept.id());

        failOver(hours, () -> {
            node.service.revokeSession(lost.id());
            node.service.revokeAllUserSessions("frank");
        });

        for (UserSession revoked : List.of(bob, carol, ended, lost, lostOfAll)) {
            assertStatus(revoked, SessionStatus.ENDED);
            assertThat(other.service.renewSession(revoked.id())).isEqualTo(SessionRenewal.ENDED);
        }
        assertUsable(alice);
        assertUsable(carolAgain);
        assertUsable(kept);
        for (String userId : List.of("alice", "bob", "carol", "dave", "erin", "frank")) {
            assertUsable(other.login(userId));
            assertWithoutSession(userId, Instant.now().plusSeconds(1), SessionStatus.LIVE);
        }
        assertWithoutSession("carol", outageLogin, SessionStatus.ENDED);
        assertWithoutSession("dave", outageLogin, SessionStatus.ENDED);
        assertWithoutSession("alice", outageLogin, SessionStatus.LIVE);
        assertThat(register("carol", outageLogin)).isEmpty();
        assertUsable(register("alice", outageLogin).orElseThrow());
        assertThat(node.bean(SessionTracking.class).pendingRevocations()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void revocationsAfterTheFailoverWork(int hours) {
        UserSession old = node.login("alice");
        failOver(hours, () -> {});
        UserSession single = node.login("alice");
        UserSession bob = node.login("bob");
        node.service.revokeSession(single.id());
        assertStatus(single, SessionStatus.ENDED);
        assertUsable(old);

        assertThat(node.service.revokeAllUserSessions("alice").count()).isEqualTo(1);

        assertStatus(old, SessionStatus.ENDED);
        assertThat(other.service.renewSession(old.id())).isEqualTo(SessionRenewal.ENDED);
        assertUsable(bob);
        UserSession again = other.login("alice");
        assertUsable(again);
        // The marker has the time of the server. So it covers an hour less, or an hour more.
        Instant covered = Instant.now().minusSeconds(600).plus(HOUR.multipliedBy(Math.min(hours, 0)));
        Instant notCovered = Instant.now().plusSeconds(600).plus(HOUR.multipliedBy(hours));
        assertWithoutSession("alice", covered, SessionStatus.ENDED);
        assertThat(register("alice", covered)).isEmpty();
        assertWithoutSession("alice", notCovered, SessionStatus.LIVE);
        assertUsable(again);
        node.service.clearNotBefore("alice");
        assertWithoutSession("alice", covered, SessionStatus.LIVE);
    }
}
