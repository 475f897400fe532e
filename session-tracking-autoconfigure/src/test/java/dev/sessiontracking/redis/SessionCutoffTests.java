// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The cut-off of all users, on nodes of an application. */
class SessionCutoffTests {

    private static final String KEY = new RedisKeys("").userState(NotBefore.ALL_USERS);

    private static final String CACHE_OFF = "session.tracking.near-cache.enabled=false";

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static long commands() {
        Map<String, Long> counts = redis.cli().commandCounts();
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    @Test
    void sessionsOfAllUsersEndOnAllNodesWithinASecond() {
        try (TestNode node = TestNode.at(redis.url());
                TestNode other = TestNode.at(redis.url());
                TestNode withoutCache = TestNode.at(redis.url(), CACHE_OFF)) {
            List<UserSession> sessions = List.of(node.login("alice"), other.login("bob"), withoutCache.login("carol"));
            List<TestNode> nodes = List.of(node, other, withoutCache);
            sessions.forEach(session -> {
                node.awaitCached(session.id());
                other.awaitCached(session.id());
                withoutCache.awaitAnswer(session.id(), Result.LIVE_BY_STORE);
            });
            Instant login = Instant.now().minusSeconds(60);
            assertThat(nodes).allMatch(one -> one.statusOf("alice", login) == SessionStatus.LIVE);

            SessionCutoff cutoff = node.service.revokeAllSessions();

            assertThat(cutoff.pending()).isFalse();
            sessions.forEach(
                    session -> assertThat(node.check(session.id()).status()).isEqualTo(SessionStatus.ENDED));
            await().atMost(TestNode.SOON)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> nodes.stream()
                            .allMatch(one -> one.statusOf("alice", login) == SessionStatus.ENDED
                                    && sessions.stream()
                                            .allMatch(session ->
                                                    one.check(session.id()).status() == SessionStatus.ENDED)));
            assertThat(redis.cli().number("EXISTS", "session:" + sessions.get(0).id()))
                    .isEqualTo(1);
            for (TestNode one : nodes) {
                assertThat(one.service.getSessionCutoff()).contains(Objects.requireNonNull(cutoff.time()));
                assertThat(one.service.findSession(sessions.get(1).id())).isEmpty();
                assertThat(one.service.getUserSessions("alice")).isEmpty();
                UserSession later = one.login("alice");
                assertThat(one.check(later.id()).status()).isEqualTo(SessionStatus.LIVE);
                assertThat(one.check(later.id()).status()).isEqualTo(SessionStatus.LIVE);
                assertThat(one.service.getUserSessions("alice"))
                        .extracting(UserSession::id)
                        .containsExactly(later.id());
                assertThat(one.service.renewSession(later.id())).isEqualTo(SessionRenewal.RENEWED);
                one.service.revokeSession(later.id());
            }
            assertThat(other.service.registerSession(
                            "alice",
                            "late",
                            SessionMetadata.none(),
                            login,
                            Instant.now().plusSeconds(60)))
                    .isEmpty();
            assertThat(other.service.renewSession(sessions.get(0).id())).isEqualTo(SessionRenewal.ENDED);
            assertThat(redis.cli().number("EXISTS", "session:" + sessions.get(0).id()))
                    .isZero();
        }
    }

    @Test
    void earlierCutoffSparesLaterSessionsAndIsNeverLowered() {
        try (TestNode node = TestNode.at(redis.url())) {
            UserSession first = node.login("alice");
            await().until(() -> Instant.now().isAfter(first.createdAt().plusMillis(5)));
            UserSession second = node.login("bob");

            SessionCutoff cutoff = node.service.revokeAllSessions(first.createdAt());

            assertThat(cutoff).isEqualTo(new SessionCutoff(first.createdAt(), false));
            assertThat(node.check(first.id()).status()).isEqualTo(SessionStatus.ENDED);
            assertThat(node.check(second.id()).status()).isEqualTo(SessionStatus.LIVE);
            assertThat(node.service.revokeAllSessions(first.createdAt().minusSeconds(1)))
                    .isEqualTo(cutoff);
            assertThat(node.service
                            .revokeAllSessions(Instant.now().plusSeconds(3600))
                            .time())
                    .isBetween(second.createdAt(), Instant.now().plusSeconds(1));
            assertThat(node.check(second.id()).status()).isEqualTo(SessionStatus.ENDED);
            assertThatIllegalArgumentException().isThrownBy(() -> node.service.revokeAllSessions(Instant.EPOCH));
            assertThatIllegalArgumentException().isThrownBy(() -> node.service.revokeAllSessions(Instant.MIN));
        }
    }

    @Test
    void checksCostNoCommandsWhetherThereIsACutoffOrNot() {
        try (TestNode node = TestNode.at(redis.url())) {
            UserSession session = node.login("alice");
            for (boolean exists : new boolean[] {false, true}) {
                node.awaitCached(session.id());
                await().pollInterval(Duration.ofMillis(1))
                        .during(Duration.ofMillis(300))
                        .until(() -> node.check(session.id()) == Result.LIVE_BY_CACHE);
                redis.cli().resetStats();
                for (int i = 0; i < 5_000; i++) {
                    node.check(session.id());
                }
                assertThat(commands()).as("cut-off: %s", exists).isLessThan(100);
                node.service.revokeAllSessions(session.createdAt().minusSeconds(1));
            }
            node.service.revokeAllSessions();
            redis.cli().resetStats();
            for (int i = 0; i < 5_000; i++) {
                assertThat(node.check(session.id()).status()).isEqualTo(SessionStatus.ENDED);
            }
            assertThat(commands()).isLessThan(100);
        }
    }

    @Test
    void clearingMakesSessionsValidAgainOnAllNodes() {
        try (TestNode node = TestNode.at(redis.url());
                TestNode other = TestNode.at(redis.url())) {
            UserSession session = node.login("alice");
            other.awaitCached(session.id());
            node.service.revokeAllSessions();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> other.check(session.id()).status() == SessionStatus.ENDED);

            other.service.clearSessionCutoff();

            assertThat(other.check(session.id()).status()).isEqualTo(SessionStatus.LIVE);
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.check(session.id()).status() == SessionStatus.LIVE);
            assertThat(node.service.getSessionCutoff()).isEmpty();
            assertThat(node.service.renewSession(session.id())).isEqualTo(SessionRenewal.RENEWED);
        }
    }

    @Test
    void dryRunCountsWithoutChangingAnything() {
        try (TestNode node = TestNode.at(redis.url())) {
            UserSession session = node.login("alice");
            redis.cli().command("SET", "session:by-hand", "{\"userId\":\"bob\"}");
            redis.cli().command("SET", "session-of-another-application", "x");
            Instant before = session.createdAt().minusMillis(1);
            assertThat(node.service.countSessions(before)).isEqualTo(new SessionCutoff.Affected(1, true));
            assertThat(node.service.countSessions(Instant.now())).isEqualTo(new SessionCutoff.Affected(2, true));
            assertThat(node.service.getSessionCutoff()).isEmpty();
            redis.cli()
                    .command(
                            "EVAL",
                            "for i = 1, 60000 do redis.call('SET', (i % 2 == 0 and 'session:' or 'other:') .. i, ARGV[1]) end",
                            "0",
                            "{\"userId\":\"bob\",\"createdAt\":1}");
            redis.cli().resetStats();
            SessionCutoff.Affected estimate = node.service.countSessions(before);
            assertThat(estimate.exact()).isFalse();
            assertThat(estimate.count()).isBetween(27_000L, 33_000L);
            assertThat(redis.cli().commandCounts()).containsEntry("scan", 20L).doesNotContainKey("keys");
        }
    }
}
