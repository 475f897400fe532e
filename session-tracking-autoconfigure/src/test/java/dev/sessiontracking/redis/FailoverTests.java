// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Masters that are killed, frozen and replaced under traffic. No revocation that has survived is overlooked, and those
 * that a living node knows survive.
 */
class FailoverTests {

    private static final String ROW = "| %-34s | %9s | %18s | %20s | %6s |%n";

    private static final StringBuilder TABLE =
            new StringBuilder(String.format(ROW, "fault", "no proof", "checks unproven", "revocations failed", "lost"));

    private static final Duration CALM = Duration.ofMillis(1_500);

    /** What is on its way to the replicas at that moment; a master that is not left at once loses ten times as many. */
    private static final int MOST_LOST = 8;

    /** Servers need two to three seconds to agree on a new master; the rest is for a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    @AfterAll
    static void print() {
        System.out.println(TABLE);
    }

    // sentinel

    @Test
    void masterKilledUnderSentinels() {
        SentinelTopology servers = Topologies.sentinel();
        RedisServer master = servers.master();
        run("Sentinel: master killed", servers.url(), key -> servers.master(), () -> {
            master.kill();
            servers.awaitMasterOtherThan(master);
        });
    }

    @Test
    @Tag("full")
    void masterFrozenUnderSentinels() {
        SentinelTopology servers = Topologies.sentinel();
        RedisServer master = servers.master();
        try {
            run("Sentinel: master frozen", servers.url(), key -> servers.master(), () -> {
                master.freeze();
                servers.awaitMasterOtherThan(master);
            });
        } finally {
            master.thaw();
        }
    }

    @Test
    @Tag("full")
    void plannedFailoverUnderSentinels() {
        SentinelTopology servers = Topologies.sentinel();
        run("Sentinel: planned failover", servers.url(), key -> servers.master(), servers::failOver);
    }

    // cluster

    @Test
    @Tag("full")
    void masterOfAClusterKilled() {
        ClusterTopology servers = Topologies.cluster();
        RedisServer master = servers.masters().get(0);
        String key = keyOf(servers, master);
        run("Cluster: one of 3 masters killed", servers.url(), servers::masterOf, () -> {
            master.kill();
            servers.awaitMasterOtherThan(master, key);
        });
    }

    @Test
    @Tag("full")
    void masterOfAClusterFrozen() {
        ClusterTopology servers = Topologies.cluster();
        RedisServer master = servers.masters().get(0);
        String key = keyOf(servers, master);
        try {
            run("Cluster: one of 3 masters frozen", servers.url(), servers::masterOf, () -> {
                master.freeze();
                servers.awaitMasterOtherThan(master, key);
            });
        } finally {
            master.thaw();
        }
    }

    @Test
    @Tag("full")
    void plannedFailoverInACluster() {
        ClusterTopology servers = Topologies.cluster();
        String key = keyOf(servers, servers.masters().get(0));
        run("Cluster: planned failover", servers.url(), servers::masterOf, () -> servers.failOver(key));
    }

    @Test
    @Tag("full")
    void slotsMovedToAnotherMasterAndBack() {
        ClusterTopology servers = Topologies.cluster();
        RedisServer home = servers.masters().get(0);
        RedisServer away = servers.masters().get(1);
        run("Cluster: 40 slots moved, and back", servers.url(), servers::masterOf, () -> {
            RedisServer[] before = servers.mastersBySlot();
            List<Integer> slots = new ArrayList<>();
            for (int slot = 0; slot < before.length && slots.size() < 40; slot += 97) {
                if (before[slot] == home) {
                    slots.add(slot);
                }
            }
            slots.forEach(slot -> servers.moveSlot(slot, away));
            slots.forEach(slot -> servers.moveSlot(slot, home));
        });
    }

    private static void awaitStatus(TestNode node, List<String> ids, SessionStatus status) {
        await().atMost(TestNode.PATIENCE)
                .untilAsserted(() -> assertThat(ids)
                        .allSatisfy(id -> assertThat(node.check(id).status()).isEqualTo(status)));
    }

    private static String keyOf(ClusterTopology servers, RedisServer master) {
        for (int i = 0; ; i++) {
            if (servers.masterOf("key" + i) == master) {
                return "key" + i;
            }
        }
    }

    private void run(String name, String url, Function<String, RedisServer> serverOf, Runnable fault) {
        List<TestNode> nodes = Stream.generate(() -> TestNode.at(url, TestNode.DEFAULT_TIMEOUT))
                .limit(3)
                .toList();
        try (FailoverTraffic traffic = new FailoverTraffic(nodes)) {
            flow(CALM);
            long began = System.nanoTime();
            fault.run();
            await().atMost(LONGEST)
                    .until(() -> traffic.isProvenEverywhere(
                            System.nanoTime() - Duration.ofSeconds(1).toNanos()));
            flow(CALM);
            traffic.close();
            System.out.println(name + " took " + Duration.ofNanos(System.nanoTime() - began));
            judge(name, nodes, traffic, serverOf);
        } finally {
            nodes.forEach(TestNode::close);
        }
    }

    /** Lets the traffic flow for a time. */
    private static void flow(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() - until > 0);
    }

    private void judge(
            String name, List<TestNode> nodes, FailoverTraffic traffic, Function<String, RedisServer> serverOf) {
        List<String> lost = traffic.acknowledgedAndForgotten().stream()
                .filter(id -> serverOf.apply("session:" + id).cli().number("EXISTS", "session:" + id) == 1)
                .toList();
        TABLE.append(String.format(
                ROW,
                name,
                traffic.withoutProof().toMillis() + " ms",
                traffic.unprovenCount() + " of " + traffic.checkCount(),
                traffic.failedRevocationCount() + " of " + traffic.revocationCount(),
                lost.size()));
        assertThat(traffic.unexpected()).isEmpty();
        assertThat(traffic.lateAcceptances(lost)).isZero();
        assertThat(lost).hasSizeLessThanOrEqualTo(MOST_LOST);
        await().atMost(TestNode.PATIENCE).until(() -> nodes.get(0).pendingRevocations() == 0);
        for (TestNode node : nodes) {
            awaitStatus(node, traffic.known(), SessionStatus.ENDED);
            awaitStatus(node, traffic.untouched(), SessionStatus.LIVE);
        }
    }
}
