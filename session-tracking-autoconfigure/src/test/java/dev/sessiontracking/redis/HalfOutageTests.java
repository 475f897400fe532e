// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Servers that do a half of their work, or fail for a moment that nobody notices. */
@Tag("long")
@ExtendWith(OutputCaptureExtension.class)
class HalfOutageTests {

    private static final String TIMEOUT = "session.tracking.command-timeout=1s";

    /** Two command timeouts, and what an overloaded machine adds. */
    private static final Duration ONE_WAIT = Duration.ofMillis(2 * 1_000 + 3_000);

    private static final int CALLS = 20;

    /** Half of what the calls would wait for; the rest is for an overloaded machine. */
    private static final Duration NO_WAITS = Duration.ofSeconds(CALLS / 2);

    private static <T> T within(Duration longest, Supplier<T> call) {
        long start = System.nanoTime();
        T result = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(longest);
        return result;
    }

    private static long count(BooleanSupplier call) {
        return IntStream.range(0, CALLS).filter(i -> call.getAsBoolean()).count();
    }

    private static boolean isTracked(TestNode node) {
        return node.service.createSession("bob", SessionMetadata.none()).tracked();
    }

    @Test
    void nobodyWaitsTwiceForAServerThatHangsOnWrites(CapturedOutput output) {
        try (RedisServer server = RedisServers.start();
                TestNode node = TestNode.at(server.url(), TIMEOUT, "session.tracking.near-cache.max-staleness=5s");
                RedisCli cli = RedisCli.to(server.host(), server.port())) {
            String session = node.login("alice").id();
            node.awaitCached(session);
            cli.command("CLIENT", "PAUSE", "60000", "WRITE");
            assertThat(within(ONE_WAIT, () -> isTracked(node))).isFalse();
            assertThat(within(
                            NO_WAITS,
                            () -> count(() ->
                                    !isTracked(node) && node.check(session).status() == SessionStatus.LIVE)))
                    .isEqualTo(CALLS);
            await().atMost(TestNode.PATIENCE).until(() -> output.getOut().contains("takes no writes"));
            // Heartbeats that are answered must not end it: the next login would wait again.
            await().during(Duration.ofSeconds(1)).atMost(TestNode.PATIENCE).until(() -> !isTracked(node));
            cli.command("CLIENT", "UNPAUSE");
            await().atMost(TestNode.PATIENCE).until(() -> isTracked(node));
            await().atMost(TestNode.PATIENCE).until(() -> output.getOut().contains("Redis is available again"));
            assertThat(output.getOut()).containsOnlyOnce("takes no writes").doesNotContain("Redis is unavailable");
            assertThat(node.bean(SessionTracking.class).outages()).isOne();
        }
    }

    @Test
    void nobodyWaitsTwiceForAServerThatHangsOnReads() {
        try (ScriptedRedisServer server = new ScriptedRedisServer();
                TestNode node = TestNode.at(server.url(), TIMEOUT, "session.tracking.near-cache.enabled=false")) {
            server.put("session:a", "{}");
            await().atMost(TestNode.PATIENCE).until(() -> node.check("a").status() == SessionStatus.LIVE);
            server.script((client, command) -> switch (command.get(0)) {
                case "GET", "STRLEN", "INFO" -> List.of();
                case "ZREM", "EVALSHA" -> List.of(":1\r\n");
                default -> null;
            });
            assertThat(within(ONE_WAIT, () -> node.check("a"))).isEqualTo(Result.UNVERIFIED);
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.bean(SessionTracking.class).outages() == 1);
            assertThat(within(NO_WAITS, () -> count(() -> node.check("a") == Result.UNVERIFIED)))
                    .isEqualTo(CALLS);
            assertThat(within(ONE_WAIT, () -> node.service.revokeSession("a"))).isTrue();
            assertThat(node.pendingRevocations()).isZero();
            assertThat(server.count("EVALSHA")).isOne();
        }
    }

    @Test
    void serverThatClosesIdleConnectionsIsNoOutage(CapturedOutput output) {
        try (RedisServer server = RedisServers.start("--timeout", "1");
                TestNode node = TestNode.at(server.url())) {
            String session = node.login("alice").id();
            for (int i = 0; i < TestLength.of(1, 4); i++) {
                long closed = server.cli().number("EXISTS", session);
                await().pollDelay(Duration.ofMillis(2_300)).until(() -> closed == 0);
                assertThat(node.check(session).status()).isEqualTo(SessionStatus.LIVE);
                assertThat(isTracked(node)).isTrue();
            }
            assertThat(output.getOut()).doesNotContain("Redis is unavailable").doesNotContain("takes no writes");
            assertThat(node.bean(SessionTracking.class).outages()).isZero();
        }
    }

    @Test
    void failureThatNoRequestMeetsIsNoOutage(CapturedOutput output) {
        try (RedisServer server = RedisServers.start();
                TestNode node = TestNode.at(server.url())) {
            node.login("alice");
            server.cli().command("CONFIG", "RESETSTAT");
            server.cli().command("CLIENT", "KILL", "SKIPME", "yes");
            // Heartbeats for reads and writes.
            await().atMost(TestNode.PATIENCE)
                    .until(() -> server.cli().commandCounts().keySet().containsAll(List.of("get", "del")));
            assertThat(node.check("anybody").status()).isEqualTo(SessionStatus.ENDED);
            assertThat(isTracked(node)).isTrue();
            assertThat(output.getOut()).doesNotContain("Redis is unavailable");
            assertThat(node.bean(SessionTracking.class).outages()).isZero();
        }
    }

    @Test
    void replicaIsReportedOnce(CapturedOutput output) {
        try (RedisServer master = RedisServers.startLocal();
                RedisServer replica =
                        RedisServers.startLocal("--replicaof", master.host(), String.valueOf(master.port()));
                // A busy machine takes longer to connect again, which it does every second here.
                TestNode node = TestNode.at(replica.url(), TIMEOUT)) {
            assertThat(isTracked(node)).isFalse();
            await().atMost(TestNode.PATIENCE).until(() -> output.getOut().contains("Redis answers reads, but"));
            long end =
                    System.nanoTime() + Duration.ofSeconds(TestLength.of(2, 5)).toNanos();
            while (System.nanoTime() < end) {
                assertThat(isTracked(node)).isFalse();
                await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            }
            assertThat(output.getOut().lines().filter(line -> line.contains("takes no writes")))
                    .as("%s", output.getOut())
                    .hasSizeBetween(1, 2);
            assertThat(output.getOut()).containsOnlyOnce("Redis answers reads, but takes no writes");
            assertThat(output.getOut())
                    .doesNotContain("Redis is unavailable")
                    .doesNotContain("Redis is available again");
            assertThat(node.bean(SessionTracking.class).outages()).isOne();
        }
    }

    /** A URL that names a replica, for example. Other reasons may end by themselves, so it is tried again. */
    @Test
    void serverThatStaysReadOnlyIsOneOutageAndAskedLessAndLess(CapturedOutput output) {
        try (RedisServer server = RedisServers.start();
                TestNode node = TestNode.at(server.url(), "session.tracking.near-cache.enabled=false", TIMEOUT)) {
            UserSession session = node.login("alice");
            server.cli().command("REPLICAOF", "127.0.0.1", "1");
            server.cli().resetStats();
            await().pollInterval(Duration.ofMillis(50))
                    .during(Duration.ofSeconds(5))
                    .atMost(TestNode.PATIENCE)
                    .until(() -> !isTracked(node));
            // Three lines, at 0, 1, 3 and 7 seconds: fewer and fewer, while a hundred requests ask.
            assertThat(Long.parseLong(server.cli().info("total_connections_received")))
                    .isBetween(3L, 3L * 8);
            server.cli().command("REPLICAOF", "NO", "ONE");
            await().atMost(TestNode.PATIENCE).until(() -> isTracked(node));
            assertThat(node.check(session.id()).status()).isEqualTo(SessionStatus.LIVE);
            await().atMost(TestNode.PATIENCE).until(() -> output.getOut().contains("Redis is available again"));
            assertThat(output.getOut())
                    .containsOnlyOnce("Redis answers reads, but takes no writes")
                    .doesNotContain("Redis is unavailable");
            assertThat(node.bean(SessionTracking.class).outages()).isOne();
        }
    }
}
