// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.Race;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What checks cost the server, as it counts its commands itself. */
class NearCacheCostTests {

    /** On a busy machine, commands would be repeated otherwise. */
    private static final String PATIENT = "session.tracking.command-timeout=5s";

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static long commands() {
        return redis.cli().commandCounts().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void theNumberOfCommandsDependsOnTimeAndNotOnChecks() {
        try (TestNode node = TestNode.at(redis.url(), PATIENT)) {
            String session = node.login("alice").id();
            node.awaitCached(session);
            redis.cli().resetStats();
            long start = System.nanoTime();
            long checks = 0;
            boolean areLive = true;
            while (System.nanoTime() - start < Duration.ofSeconds(2).toNanos()) {
                areLive &= node.check(session).status() == SessionStatus.LIVE;
                checks++;
            }
            assertThat(areLive).isTrue();
            Map<String, Long> counts = redis.cli().commandCounts();
            System.out.println(checks + " checks in two seconds: " + counts);
            // A heartbeat each quarter of a second, and a canary.
            assertThat(counts.values().stream().mapToLong(Long::longValue).sum())
                    .isLessThan(30);
            assertThat(counts.keySet()).isSubsetOf("get", "set", "del");
        }
    }

    @Test
    @Tag("full")
    void oneCheckInASecondIsOneCommandEachOrTwoWithTheCutoff() {
        try (TestNode node = TestNode.at(redis.url(), PATIENT)) {
            String session = node.login("alice").id();
            node.awaitCached(session);
            redis.cli().resetStats();
            AtomicInteger checks = new AtomicInteger();
            await().atMost(TestNode.PATIENCE)
                    .pollInterval(Duration.ofMillis(1_050))
                    .until(() -> {
                        node.check(session);
                        return checks.incrementAndGet() == 9;
                    });
            System.out.println(
                    checks + " checks, one in a second: " + redis.cli().commandCounts());
            assertThat(commands()).isBetween(7L, 18L);
        }
    }

    @Test
    void anIdleNodeSendsNothing() {
        try (TestNode node = TestNode.at(redis.url())) {
            node.awaitCached(node.login("alice").id());
            redis.cli().resetStats();
            // What was under way at first does not count.
            await().pollInterval(Duration.ofSeconds(5))
                    .atMost(TestNode.PATIENCE)
                    .until(() -> {
                        long sent = commands();
                        redis.cli().resetStats();
                        return sent == 0;
                    });
        }
    }

    @Test
    void missesOfOneIdAtTheSameTimeAreOneCommand() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode node = TestNode.at(network.url(), "session.tracking.command-timeout=10s")) {
            node.awaitCached(node.login("alice").id());
            network.delay(Duration.ofMillis(300), Direction.TO_CLIENT);
            long before = redis.cli().commandCounts().getOrDefault("get", 0L);
            List<Result> answers = Race.together(Collections.nCopies(50, () -> node.check("nobody-has-this-id")));
            assertThat(answers).containsOnly(Result.ENDED_BY_STORE);
            long gets = redis.cli().commandCounts().get("get") - before;
            // One, unless this machine took more than 100 ms to let all threads ask; and perhaps a proof or a canary.
            assertThat(gets).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void madeUpIdsFillNothingAndPushNobodyOut() {
        try (TestNode node = TestNode.at(
                redis.url(), "session.tracking.near-cache.maximum-size=100", "session.tracking.command-timeout=5s")) {
            List<String> sessions = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sessions.add(node.login("alice").id());
            }
            sessions.forEach(node::awaitCached);
            assertThat(IntStream.range(0, 5_000)
                            .mapToObj(i -> node.check("made-up-" + i).status())
                            .distinct())
                    .containsExactly(SessionStatus.ENDED);
            assertThat(node.bean(CachingReader.class).state().size()).isLessThanOrEqualTo(110);
            redis.cli().resetStats();
            sessions.forEach(node::awaitCached);
            assertThat(commands()).isLessThan(20);
        }
    }

    @Test
    void moreSessionsThanTheMaximumAreAskedForAndNotKept() {
        try (TestNode node = TestNode.at(redis.url(), "session.tracking.near-cache.maximum-size=10")) {
            for (int i = 0; i < 200; i++) {
                assertThat(node.check(node.login("alice").id()).status()).isEqualTo(SessionStatus.LIVE);
            }
            assertThat(node.bean(CachingReader.class).state().size()).isLessThanOrEqualTo(11);
        }
    }

    @Test
    void aValueThatSomebodyBrokeIsAnsweredEachTime() {
        try (TestNode node = TestNode.at(redis.url())) {
            UserSession session = node.login("alice");
            node.awaitCached(session.id());
            String value = redis.cli().text("GET", "session:" + session.id());
            String broken =
                    value.replaceAll("\"expiresAt\":\"[^\"]*\"", "\"expiresAt\":\"+999999999-12-31T23:59:59Z\"");
            assertThat(broken).isNotEqualTo(value);
            redis.cli().command("SET", "session:" + session.id(), broken);
            node.awaitAnswer(session.id(), Result.LIVE_BY_STORE);
            assertThat(node.check(session.id())).isEqualTo(Result.LIVE_BY_STORE);
        }
    }
}
