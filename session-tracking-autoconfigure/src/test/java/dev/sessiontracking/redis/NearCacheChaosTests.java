// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.chaos.History;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Several nodes, one server, and everything that goes wrong: what was answered must have been true. The system
 * properties {@code session.tracking.test.chaos-seconds} and {@code session.tracking.test.seed} make it longer, and
 * repeat what a run printed, as far as threads can be repeated.
 */
@Tag("long")
class NearCacheChaosTests {

    private static final Duration STALENESS = Duration.ofMillis(500);

    /** How long an answer of the store is shared; core keeps the constant to itself. */
    private static final Duration SHARING = Duration.ofMillis(100);

    private static final List<Duration> TTLS =
            List.of(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1), Duration.ofMillis(2_500));

    private final long seed = Long.getLong("session.tracking.test.seed", System.nanoTime());

    private final Duration time =
            Duration.ofSeconds(Integer.getInteger("session.tracking.test.chaos-seconds", TestLength.of(4, 22)));

    private final History history = new History();

    private final List<FaultProxy> networks = new ArrayList<>();

    private final List<TestNode> nodes = new ArrayList<>();

    @Test
    void nothingRevokedIsAcceptedAndNothingLiveIsRejected() {
        System.out.println("Chaos for " + time + ", -Dsession.tracking.test.seed=" + seed);
        // What it has acknowledged it knows after it was killed.
        try (RedisServer server = RedisServers.start("--appendonly", "yes", "--appendfsync", "no")) {
            for (Duration ttl : TTLS) {
                FaultProxy network = FaultProxy.inFrontOf(server);
                networks.add(network);
                nodes.add(TestNode.at(
                        network.url(),
                        TestNode.DEFAULT_TIMEOUT,
                        "session.tracking.ttl=" + ttl.toMillis() + "ms",
                        "session.tracking.revocation.retention=1h",
                        "session.tracking.outage-policy=reject"));
            }
            nodes.forEach(node -> node.login("nobody"));
            run(server);
        } finally {
            nodes.forEach(TestNode::close);
            networks.forEach(FaultProxy::close);
        }
    }

    private void run(RedisServer server) {
        ChaosFaults faults = new ChaosFaults(server, networks, history, seed);
        RedisCli cli = RedisCli.to(server.host(), server.port()).withTimeout(Duration.ofMillis(300));
        ChaosTraffic traffic = new ChaosTraffic(nodes, TTLS, history, cli, readerPause(), seed);
        try (cli) {
            faults.happenFor(time);
        } finally {
            traffic.close();
        }
        Collection<History.Check> checks = traffic.checks();
        List<History.Violation> violations = history.violations(checks, STALENESS, SHARING);
        System.out.println(new ChaosTable(checks, violations, faults.phases()));
        assertThat(traffic.unexpected()).isEmpty();
        assertThat(violations.stream().limit(5))
                .as("the first of %d violations", violations.size())
                .isEmpty();
        allIsWellAfterwards();
        // Otherwise the run has shown nothing.
        assertThat(checks).extracting(History.Check::answer).contains(Result.values());
    }

    /** Kept revocations have reached the server by then, and every node proves what is true. */
    private void allIsWellAfterwards() {
        await().atMost(TestNode.PATIENCE).until(() -> nodes.stream().allMatch(node -> node.pendingRevocations() == 0));
        List<String> live = history.certainly(
                SessionStatus.LIVE, System.nanoTime() + Duration.ofMinutes(5).toNanos());
        List<String> ended = history.certainly(SessionStatus.ENDED, System.nanoTime());
        for (TestNode node : nodes) {
            live.stream().limit(20).forEach(node::awaitCached);
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(ended)
                            .allSatisfy(
                                    id -> assertThat(node.check(id).status()).isEqualTo(SessionStatus.ENDED)));
        }
    }

    /** A long run may not fill the memory with what it records. */
    private Duration readerPause() {
        return Duration.ofNanos(200_000).multipliedBy(1 + time.toSeconds() / 30);
    }
}
