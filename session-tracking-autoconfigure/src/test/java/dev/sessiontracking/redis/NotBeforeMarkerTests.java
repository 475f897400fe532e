// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Not-before markers on nodes of an application. */
@ExtendWith(OutputCaptureExtension.class)
class NotBeforeMarkerTests {

    private static final String ALICE_STATE = new RedisKeys("").userState("alice");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void loginOfAnOutageDoesNotSurviveARevocationOfAll() {
        try (TestNode node = TestNode.at(redis.url());
                TestNode other = TestNode.at(redis.url())) {
            node.login("bob");
            other.login("bob");
            Instant login = secondsAgo(60);
            assertThat(node.statusOf("alice", login)).isEqualTo(SessionStatus.LIVE);
            other.awaitStatusOf("alice", login, SessionStatus.LIVE);

            node.service.revokeAllUserSessions("alice");

            assertThat(node.statusOf("alice", login)).isEqualTo(SessionStatus.ENDED);
            other.awaitStatusOf("alice", login, SessionStatus.ENDED);
            assertThat(other.statusOf("alice", null)).isEqualTo(SessionStatus.ENDED);
            assertThat(other.statusOf("alice", Instant.now().plusSeconds(1))).isEqualTo(SessionStatus.LIVE);
            assertThat(other.statusOf("bob", login)).isEqualTo(SessionStatus.LIVE);
            assertThat(other.service.registerSession(
                            "alice",
                            "id-of-the-login",
                            SessionMetadata.none(),
                            login,
                            Instant.now().plusSeconds(3600)))
                    .isEmpty();
            UserSession later = other.login("alice");
            assertThat(node.service.renewSession(later.id())).isEqualTo(SessionRenewal.RENEWED);
            assertThat(node.service.getUserSessions("alice")).hasSize(1);
        }
    }

    @Test
    void markerOfTheFarFutureLocksNobodyOut() {
        try (TestNode node = TestNode.at(redis.url())) {
            UserSession session = node.login("alice");
            redis.cli().command("SET", ALICE_STATE, "9999999999999");

            assertThat(node.statusOf("alice", secondsAgo(60))).isEqualTo(SessionStatus.LIVE);
            assertThat(node.statusOf("alice", secondsAgo(60))).isEqualTo(SessionStatus.LIVE);
            assertThat(node.service.findSession(session.id())).isPresent();
            assertThat(node.service.getNotBefore("alice")).isEmpty();
            assertThat(node.service.renewSession(session.id())).isEqualTo(SessionRenewal.RENEWED);

            node.service.revokeAllUserSessions("alice");

            node.awaitStatusOf("alice", secondsAgo(60), SessionStatus.ENDED);
            assertThat(node.service.getNotBefore("alice"))
                    .hasValueSatisfying(
                            time -> assertThat(time).isBefore(Instant.now().plusSeconds(60)));
            assertThat(node.service.getUserSessions("alice")).isEmpty();
        }
    }

    @Test
    void checksCostNoCommandsWhetherThereIsAMarkerOrNot() {
        try (TestNode node = TestNode.at(redis.url())) {
            node.awaitCached(node.login("bob").id());
            node.service.revokeAllUserSessions("alice");
            Instant login = secondsAgo(60);
            for (int i = 0; i < 100; i++) {
                node.statusOf("alice", login);
                node.checker.checkWithoutSession("carol", login);
            }
            redis.cli().resetStats();
            for (int i = 0; i < 2_000; i++) {
                assertThat(node.statusOf("alice", login)).isEqualTo(SessionStatus.ENDED);
                assertThat(node.statusOf("carol", login)).isEqualTo(SessionStatus.LIVE);
            }
            Map<String, Long> counts = redis.cli().commandCounts();
            assertThat(counts.values().stream().mapToLong(Long::longValue).sum())
                    .isLessThan(100);
        }
    }

    @Test
    void markerIsReadAndClearedOnEveryNode() {
        try (TestNode node = TestNode.at(redis.url());
                TestNode other = TestNode.at(redis.url())) {
            node.login("bob");
            other.login("bob");
            assertThat(other.service.getNotBefore("alice")).isEmpty();
            node.service.revokeAllUserSessions("alice");
            Instant login = secondsAgo(60);
            other.awaitStatusOf("alice", login, SessionStatus.ENDED);

            other.service.clearNotBefore("alice");

            assertThat(other.statusOf("alice", login)).isEqualTo(SessionStatus.LIVE);
            node.awaitStatusOf("alice", login, SessionStatus.LIVE);
            assertThat(other.service.getNotBefore("alice")).isEmpty();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.service.getNotBefore("alice").isEmpty());
        }
    }

    @Test
    void timesFarAwayAreAccepted() {
        try (TestNode node = TestNode.at(redis.url(), "session.tracking.max-lifetime=30d")) {
            node.login("bob");
            for (Instant exp : List.of(Instant.MAX, Instant.parse("+10000-01-01T00:00:00Z"))) {
                UserSession session = node.service
                        .registerSession("alice", "far-" + exp, SessionMetadata.none(), Instant.MAX, exp)
                        .orElseThrow();
                assertThat(node.service.findSession(session.id())).contains(session);
                assertThat(node.service.revokeSession(session.id(), exp)).isTrue();
                assertThat(node.service.registerSession(
                                "alice", "old-" + exp, SessionMetadata.none(), Instant.MIN, exp))
                        .isEmpty();
            }
            assertThat(node.service.revokeSession("far-past", Instant.MIN)).isFalse();
            assertThat(node.service.countSessions(Instant.MAX).count()).isPositive();
        }
    }

    @Test
    void missingRightSwitchesMarkersOffAndNothingElse(CapturedOutput output) {
        redis.cli().command("ACL", "SETUSER", "old", "on", ">sekret", "~session:*", "~user_sessions:*", "&*", "+@all");
        String url = "redis://old:sekret@" + redis.server().host() + ":"
                + redis.server().port();
        try (TestNode node = TestNode.at(url)) {
            UserSession session = node.login("alice");
            assertThat(session.tracked()).isTrue();
            node.awaitCached(session.id());
            assertThat(node.service.renewSession(session.id())).isEqualTo(SessionRenewal.RENEWED);
            assertThat(node.statusOf("alice", secondsAgo(60))).isEqualTo(SessionStatus.LIVE);
            assertThat(node.service.registerSession(
                            "alice",
                            "late",
                            SessionMetadata.none(),
                            secondsAgo(60),
                            Instant.now().plusSeconds(60)))
                    .isPresent();
            assertThat(node.service.revokeSession("late", Instant.now().plusSeconds(60)))
                    .isTrue();
            assertThat(node.service.revokeAllUserSessions("alice").count()).isEqualTo(1);
            assertThat(node.statusOf("alice", secondsAgo(60))).isEqualTo(SessionStatus.LIVE);
            assertThat(node.service.getNotBefore("alice")).isEmpty();
            node.service.clearNotBefore("alice");
            assertThat(node.login("alice").tracked()).isTrue();
            assertThat(output.getAll().split("may not use the keys session_state:\\* and user_state:\\*", -1))
                    .hasSize(2);
            assertThat(output).doesNotContain("lacks a right");
        } finally {
            redis.cli().command("ACL", "DELUSER", "old");
        }
    }

    @Test
    void rightThatIsGrantedLaterIsUsedAfterAReconnect() {
        redis.cli().command("ACL", "SETUSER", "old", "on", ">sekret", "~session:*", "~user_sessions:*", "&*", "+@all");
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode node = TestNode.at("redis://old:sekret@" + network.host() + ":" + network.port())) {
            node.login("bob");
            node.service.revokeAllUserSessions("alice");
            assertThat(node.service.getNotBefore("alice")).isEmpty();
            redis.cli().command("ACL", "SETUSER", "old", "~session_state:*", "~user_state:*");
            network.refuse();
            network.cut();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.service.revokeSession("made-up") && node.pendingRevocations() > 0);
            network.accept();
            network.heal();
            await().atMost(TestNode.PATIENCE.plus(Duration.ofSeconds(5)))
                    .ignoreExceptions()
                    .until(() -> {
                        node.service.revokeAllUserSessions("alice");
                        return node.service.getNotBefore("alice").isPresent();
                    });
        } finally {
            redis.cli().command("ACL", "DELUSER", "old");
        }
    }
}
