// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes of an application whose sessions belong to an identity provider: two with a near cache, and one without. */
abstract class FirstUseFixture {

    static final RedisKeys KEYS = new RedisKeys("");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    static TestNode node;

    static TestNode other;

    static TestNode withoutCache;

    private static int number;

    final String sid = "sid-" + ++number;

    final String sub = "user-" + number;

    @BeforeAll
    static void start() {
        node = TestNode.withProvider(redis.url());
        other = TestNode.withProvider(redis.url());
        withoutCache = TestNode.withProvider(redis.url(), "session.tracking.near-cache.enabled=false");
    }

    @AfterAll
    static void stop() {
        Stream.of(node, other, withoutCache).forEach(TestNode::close);
    }

    @BeforeEach
    void awaitCaches() {
        // Otherwise the first check is not one that fills the cache.
        Stream.of(node, other).forEach(one -> {
            String warm = "warm-" + number;
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> one.checker.check(token(warm, "warm", secondsAgo(9))) == Result.LIVE_BY_CACHE);
        });
    }

    static List<TestNode> nodes() {
        return List.of(node, other, withoutCache);
    }

    /** As a near cache may be behind for a moment. */
    static void awaitOnAllNodes(TokenSession token, SessionStatus status) {
        nodes().forEach(one -> one.awaitStatus(token, status, TestNode.SOON));
    }

    static void assertNoCommands(TokenSession token, SessionStatus status) {
        for (TestNode one : List.of(node, other)) {
            one.status(token);
            one.status(token);
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
                Map<String, Long> before = redis.cli().commandCounts();
                for (int i = 0; i < 200; i++) {
                    assertThat(one.status(token)).isEqualTo(status);
                }
                Map<String, Long> after = redis.cli().commandCounts();
                for (String command : List.of("get", "strlen", "evalsha", "eval", "set")) {
                    // A canary or a renewed lease is one GET.
                    assertThat(after.getOrDefault(command, 0L) - before.getOrDefault(command, 0L))
                            .as(command)
                            .isLessThanOrEqualTo(command.equals("get") || command.equals("set") ? 2 : 0);
                }
            });
        }
    }
}
