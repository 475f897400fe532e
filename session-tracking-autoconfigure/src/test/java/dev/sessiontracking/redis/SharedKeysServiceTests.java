// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an application sees of keys that another service writes. */
@ExtendWith(OutputCaptureExtension.class)
class SharedKeysServiceTests {

    /** What the README listed before sets could be used. */
    private static final List<String> FORMER_RIGHTS = List.of(
            ("--user tracker on >sekret ~session:* ~user_sessions:* resetchannels -@all +get +set +del +strlen +mget +zadd"
                            + " +zrem +zscore +zrange +zremrangebyscore +pexpireat +time +eval +evalsha +ping +hello +select"
                            + " +client|tracking")
                    .split(" "));

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static void value(String id, String json) {
        redis.cli().command("SET", "session:" + id, json, "EX", "600");
    }

    @Test
    void thePropertySelectsTheTypeOfNewIndexes() {
        try (TestNode node = TestNode.at(redis.url(), "session.tracking.user-index-type=set")) {
            node.login("alice");
            assertThat(redis.cli().command("TYPE", "user_sessions:alice")).isEqualTo("set");
            value("x", "{\"userId\":\"alice\",\"createdAt\":1764000000000}");
            redis.cli().command("SADD", "user_sessions:alice", "x");
            assertThat(node.service.revokeAllUserSessions("alice").count()).isEqualTo(2);
        }
    }

    @Test
    void sessionWithoutTimesIsCheckedFoundRenewedAndRevoked() {
        try (TestNode node = TestNode.at(redis.url())) {
            node.awaitCached(node.login("alice").id());
            value("x", "{\"userId\":\"bob\"}");
            redis.cli().command("SADD", "user_sessions:bob", "x");
            assertThat(node.service.findSession("x")).map(UserSession::userId).contains("bob");
            assertThat(node.service.getUserSessions("bob")).hasSize(1);
            assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
            // Nobody could tell when such an entry of the cache ends.
            await().during(Duration.ofMillis(300)).until(() -> node.check("x") == Result.LIVE_BY_STORE);
            assertThat(node.service.renewSession("x")).isEqualTo(SessionRenewal.RENEWED);
            node.awaitCached("x");
            assertThat(node.service.revokeAllUserSessions("bob").count()).isEqualTo(1);
            assertThat(node.service.getSessionStatus("x")).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void unreadableIndexIsSaidAndNothingIsLost(CapturedOutput output) {
        try (TestNode node = TestNode.at(redis.url())) {
            UserSession carol = node.login("carol");
            redis.cli().command("RENAME", "user_sessions:carol", "aside");
            redis.cli().command("SET", "user_sessions:carol", "[]");
            assertThat(node.service
                            .createSession("carol", SessionMetadata.none())
                            .tracked())
                    .isFalse();
            assertThat(node.service.revokeAllUserSessions("carol").pending()).isTrue();
            assertThat(node.bean(SessionTracking.class).state().misconfiguration())
                    .isNull();
            assertThat(node.bean(SessionTracking.class).state().outage()).isNull();
            assertThat(redis.cli().command("GET", "user_sessions:carol")).isEqualTo("[]");
            assertThat(output.getOut().split("is neither a sorted set nor a set", -1).length)
                    .isLessThanOrEqualTo(2);
            redis.cli().command("RENAME", "aside", "user_sessions:carol");
            await().until(() ->
                    redis.cli().command("EXISTS", "session:" + carol.id()).equals(0L));
        }
    }

    @Test
    void formerRightsAreEnoughForSortedSets() {
        try (RedisServer server = RedisServers.start(FORMER_RIGHTS.toArray(String[]::new));
                TestNode node = TestNode.at(server.url().replace("redis://", "redis://tracker:sekret@"))) {
            UserSession session = node.login("alice");
            assertThat(node.service.renewSession(session.id())).isEqualTo(SessionRenewal.RENEWED);
            assertThat(node.service.getUserSessions("alice")).hasSize(1);
            assertThat(server.cli().command("PTTL", "user_sessions:alice"))
                    .asInstanceOf(InstanceOfAssertFactories.LONG)
                    .isPositive();
            assertThat(node.service.revokeAllUserSessions("alice").count()).isEqualTo(1);
        }
    }
}
