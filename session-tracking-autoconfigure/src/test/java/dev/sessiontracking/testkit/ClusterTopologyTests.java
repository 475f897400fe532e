// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClusterTopologyTests {

    private static ClusterTopology topology;

    @BeforeAll
    static void start() {
        topology = ClusterTopology.start("--requirepass", "secret");
    }

    @AfterAll
    static void close() {
        topology.close();
    }

    @BeforeEach
    void awaitReady() {
        topology.awaitReady();
    }

    @Test
    void everyMasterHasAReplicaAndServesItsKeys() {
        assertThat(topology.masters())
                .hasSize(3)
                .allSatisfy(master -> assertThat(topology.replicasOf(master)).hasSize(1));
        for (int i = 0; i < 50; i++) {
            assertThat(topology.masterOf("key" + i).cli().command("SET", "key" + i, "value"))
                    .isEqualTo("OK");
        }
        assertThat(topology.masters())
                .allSatisfy(master -> assertThat(master.cli().number("DBSIZE")).isPositive());
        assertThat(topology.url())
                .startsWith("redis-cluster://:secret@127.0.0.1:")
                .contains(topology.addresses());
    }

    @Test
    void promotesAReplicaWhenAMasterIsKilledAndTakesItBack() {
        RedisServer old = topology.masterOf("key");
        RedisServer replica = topology.replicasOf(old).get(0);
        old.kill();
        assertThat(topology.awaitMasterOtherThan(old, "key")).isSameAs(replica);
        old.start();
        topology.awaitReady();
        assertThat(old.cli().info("role")).isEqualTo("slave");
        assertThat(topology.failOver("key")).isSameAs(old);
    }

    @Test
    void movesASlotWithItsKeys() {
        RedisServer source = topology.masterOf("key");
        source.cli().command("SET", "key", "moved");
        RedisServer target = topology.masters().stream()
                .filter(master -> master != source)
                .findFirst()
                .orElseThrow();
        topology.moveSlot(topology.slotOf("key"), target);
        assertThat(topology.masterOf("key")).isSameAs(target);
        assertThat(target.cli().command("GET", "key")).isEqualTo("moved");
    }
}
