// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What an outage, a failover or a restore does to not-before markers. */
class NotBeforeMarkerOutageTests {

    private static final String ALICE_STATE = new RedisKeys("").userState("alice");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void whatIsKnownOfAMarkerHoldsDuringAnOutage() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode other = TestNode.at(redis.url());
                TestNode node = TestNode.at(network.url())) {
            node.login("bob");
            other.login("bob");
            Instant login = secondsAgo(60);
            other.service.revokeAllUserSessions("alice");
            node.awaitStatusOf("alice", login, SessionStatus.ENDED);
            network.refuse();
            network.cut();
            await().atMost(TestNode.PATIENCE).until(() -> node.statusOf("carol", login) == SessionStatus.UNKNOWN);
            assertThat(node.statusOf("alice", login)).isEqualTo(SessionStatus.ENDED);
            assertThat(node.statusOf("alice", Instant.now().plusSeconds(1))).isEqualTo(SessionStatus.UNKNOWN);
            assertThatExceptionOfType(SessionStoreUnavailableException.class)
                    .isThrownBy(() -> node.service.getNotBefore("carol"));
            assertThatExceptionOfType(SessionStoreUnavailableException.class)
                    .isThrownBy(() -> node.service.clearNotBefore("carol"));
        }
    }

    @Test
    void revocationOfAnOutageCoversSessionsThatAreRestoredAfterwards() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode other = TestNode.at(redis.url());
                TestNode node = TestNode.at(network.url())) {
            node.login("bob");
            UserSession session = other.login("alice");
            String value = Objects.requireNonNull(redis.cli().text("GET", "session:" + session.id()));
            network.refuse();
            network.cut();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.service.revokeAllUserSessions("alice").pending());
            Instant during = Instant.now();
            network.accept();
            network.heal();
            await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
            assertThat(other.service.getNotBefore("alice").orElseThrow()).isBeforeOrEqualTo(during);

            redis.cli().command("SET", "session:" + session.id(), value, "EX", "600");
            redis.cli().command("ZADD", "user_sessions:alice", "9999999999999", session.id());

            await().atMost(TestNode.PATIENCE)
                    .until(() -> other.service.getUserSessions("alice").isEmpty());
            assertThat(other.service.findSession(session.id())).isEmpty();
            assertThat(other.service.renewSession(session.id())).isEqualTo(SessionRenewal.ENDED);
        }
    }

    /** Redis answers, so other nodes would go on accepting the sessions as verified if this were only pending. */
    @Test
    void revocationsOfManySessionsWorkWhenRedisIsOutOfMemory() {
        redis.cli().command("FLUSHALL");
        try (TestNode node = TestNode.at(redis.url());
                TestNode other = TestNode.at(redis.url(), "session.tracking.near-cache.enabled=false")) {
            UserSession first = node.login("alice");
            UserSession kept = node.login("alice");
            UserSession bobs = node.login("bob");
            other.awaitAnswer(bobs.id(), Result.LIVE_BY_STORE);
            redis.cli().command("CONFIG", "SET", "maxmemory", "1");

            assertThat(node.service.revokeOtherUserSessions("alice", kept.id()))
                    .isEqualTo(new RevokedSessions(1, false));
            assertThat(other.check(first.id()).status()).isEqualTo(SessionStatus.ENDED);
            assertThat(other.check(kept.id()).status()).isEqualTo(SessionStatus.LIVE);
            assertThat(node.service.revokeAllUserSessions("alice")).isEqualTo(new RevokedSessions(1, false));
            assertThat(other.check(kept.id()).status()).isEqualTo(SessionStatus.ENDED);
            assertThat(other.statusOf("alice", secondsAgo(60))).isEqualTo(SessionStatus.ENDED);
            assertThat(node.service.revokeAllSessions().pending()).isFalse();
            await().atMost(TestNode.PATIENCE).until(() -> other.check(bobs.id()).status() == SessionStatus.ENDED);
            assertThat(node.pendingRevocations()).isZero();
        } finally {
            redis.cli().command("CONFIG", "SET", "maxmemory", "0");
            redis.cli().command("FLUSHALL");
        }
    }

    /** As after a failover to a replica, or a restore, that knows an earlier revocation only. */
    @Test
    void markerThatFellBackIsEnforcedByItsNodeAndRaisedAgain() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode other = TestNode.at(redis.url(), "session.tracking.feed.enabled=false");
                TestNode node = TestNode.at(network.url())) {
            node.login("bob");
            Instant login = Instant.now();
            node.service.revokeAllUserSessions("alice");
            String earlier = String.valueOf(login.toEpochMilli() - 1);
            String value = Objects.requireNonNull(redis.cli().text("GET", ALICE_STATE));
            redis.cli().command("SET", ALICE_STATE, earlier);
            other.awaitStatusOf("alice", login, SessionStatus.LIVE);
            for (int i = 0; i < 50; i++) {
                assertThat(node.statusOf("alice", login)).isEqualTo(SessionStatus.ENDED);
            }
            assertThat(register(node, "late", login)).isEmpty();
            assertThat(register(other, "late", login)).isPresent();

            network.cut();

            await().atMost(TestNode.PATIENCE)
                    .until(() -> Objects.equals(redis.cli().text("GET", ALICE_STATE), value));
            await().atMost(TestNode.PATIENCE).until(() -> redis.cli().number("EXISTS", "session:late") == 0);
            other.awaitStatusOf("alice", login, SessionStatus.ENDED);
        }
    }

    private static Optional<UserSession> register(TestNode node, String id, Instant login) {
        return node.service.registerSession(
                "alice", id, SessionMetadata.none(), login, Instant.now().plusSeconds(3600));
    }

    @Test
    void logoutOfAnOutageIsAppliedToTheRegistration() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode other = TestNode.at(redis.url());
                TestNode node = TestNode.at(network.url())) {
            node.login("bob");
            other.login("bob");
            Instant tokenExpiry = Instant.now().plusSeconds(3600);
            network.refuse();
            network.cut();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.service.revokeSession("id-of-the-login", tokenExpiry)
                            && node.pendingRevocations() == 1);
            network.accept();
            network.heal();
            await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
            assertThat(other.service.registerSession(
                            "alice", "id-of-the-login", SessionMetadata.none(), secondsAgo(60), tokenExpiry))
                    .isEmpty();
        }
    }
}
