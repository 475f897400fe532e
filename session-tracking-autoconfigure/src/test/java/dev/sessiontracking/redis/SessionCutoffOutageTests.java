// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The cut-off of all users in outages, failovers, and without permission. */
class SessionCutoffOutageTests {

    private static final String KEY = new RedisKeys("").userState(NotBefore.ALL_USERS);

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static void lose(FaultProxy network, TestNode node) {
        network.refuse();
        network.cut();
        await().atMost(TestNode.PATIENCE)
                .until(() -> node.checker
                                .check(new TokenSession(
                                        "made-up", "alice", Instant.now().plusSeconds(60)))
                                .status()
                        == SessionStatus.UNKNOWN);
    }

    @Test
    void nodeWithoutRequestsLearnsOfACutoffBeforeAnOutage() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode node = TestNode.at(redis.url());
                TestNode idle = TestNode.at(network.url())) {
            UserSession session = idle.login("alice");
            idle.awaitCached(session.id());
            idle.check(session.id());
            await().until(() -> idle.bean(SessionTracking.class).cutoff() == null);

            Instant cutoff = node.service.revokeAllSessions().time();

            await().atMost(TestNode.SOON)
                    .until(() -> Objects.equals(idle.bean(SessionTracking.class).cutoff(), cutoff));
            lose(network, idle);
            Instant login = session.createdAt();
            assertThat(idle.checker.check(new TokenSession(session.id(), "alice", login)))
                    .isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(idle.checker.check(
                            new TokenSession("x", "alice", Instant.now().plusSeconds(1))))
                    .isEqualTo(Result.UNVERIFIED);
            assertThat(idle.statusOf("alice", login)).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void cutoffOfAnOutageIsEnforcedAtOnceAndAppliedAfterwards() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode other = TestNode.at(redis.url());
                TestNode node = TestNode.at(network.url())) {
            UserSession session = node.login("alice");
            node.awaitCached(session.id());
            other.awaitCached(session.id());
            lose(network, node);

            SessionCutoff cutoff = node.service.revokeAllSessions();

            assertThat(cutoff.pending()).isTrue();
            assertThat(node.checker.check(new TokenSession(session.id(), "alice", session.createdAt())))
                    .isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(node.pendingRevocations()).isEqualTo(1);
            assertThat(other.check(session.id()).status()).isEqualTo(SessionStatus.LIVE);
            assertThatExceptionOfType(SessionStoreUnavailableException.class)
                    .isThrownBy(() -> node.service.countSessions(Instant.now()));
            assertThatExceptionOfType(SessionStoreUnavailableException.class)
                    .isThrownBy(() -> node.service.clearSessionCutoff());
            network.accept();
            network.heal();
            await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
            await().atMost(TestNode.PATIENCE)
                    .until(() -> other.check(session.id()).status() == SessionStatus.ENDED);
            assertThat(other.service.getSessionCutoff())
                    .hasValueSatisfying(time -> assertThat(time).isBeforeOrEqualTo(cutoff.time()));
        }
    }

    /** As after a failover to a replica that has not received it. */
    @Test
    void lostCutoffIsRaisedAgainByTheNodesThatKnewIt() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode other = TestNode.at(redis.url());
                TestNode node = TestNode.at(network.url())) {
            UserSession session = other.login("alice");
            node.awaitCached(session.id());
            other.service.revokeAllSessions();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.check(session.id()).status() == SessionStatus.ENDED);
            String value = Objects.requireNonNull(redis.cli().text("GET", KEY));
            lose(network, node);
            redis.cli().command("DEL", KEY);
            network.accept();
            network.heal();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> value.equals(redis.cli().text("GET", KEY)));
            assertThat(redis.cli().number("PTTL", KEY)).isPositive();
            assertThat(redis.cli().number("EXISTS", "session:" + session.id())).isEqualTo(1);
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.check(session.id()).status() == SessionStatus.ENDED);
        }
    }

    @Test
    void missingPermissionLeavesTheCutoffPending() {
        redis.cli().command("ACL", "SETUSER", "old", "on", ">sekret", "~session:*", "~user_sessions:*", "&*", "+@all");
        String url = redis.url().replace("redis://", "redis://old:sekret@");
        try (TestNode node = TestNode.at(url)) {
            UserSession session = node.login("alice");
            node.awaitCached(session.id());

            SessionCutoff cutoff = node.service.revokeAllSessions();

            assertThat(cutoff.pending()).isTrue();
            assertThat(node.check(session.id()).status()).isEqualTo(SessionStatus.ENDED);
            assertThat(node.pendingRevocations()).isEqualTo(1);
            assertThat(node.login("alice").tracked()).isTrue();
        } finally {
            redis.cli().command("ACL", "DELUSER", "old");
        }
    }
}
