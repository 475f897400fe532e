// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SentinelTopologyTests {

    private static SentinelTopology topology;

    @BeforeAll
    static void start() {
        topology = SentinelTopology.start("--requirepass", "secret");
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
    void isCompleteFromTheStart() {
        assertThat(topology.sentinels())
                .hasSize(3)
                .allSatisfy(sentinel -> assertThat(sentinel.cli().command("SENTINEL", "CKQUORUM", "mymaster"))
                        .isEqualTo("OK 3 usable Sentinels. Quorum and failover authorization can be reached"));
        assertThat(topology.replicas()).hasSize(2).doesNotContain(topology.master());
        assertThat(topology.url())
                .matches("redis-sentinel://:secret@127\\.0\\.0\\.1:\\d+(,127\\.0\\.0\\.1:\\d+){2}/0#mymaster");
        topology.master().cli().command("SET", "key", "value");
        await().until(() -> topology.replicas().stream()
                .allMatch(replica -> "value".equals(replica.cli().text("GET", "key"))));
    }

    @Test
    @Tag("full")
    void promotesAReplicaWhenTheMasterIsFrozenAndTakesItBack() {
        RedisServer old = topology.master();
        old.freeze();
        RedisServer promoted = topology.awaitMasterOtherThan(old);
        assertThat(promoted.cli().command("SET", "key", "promoted")).isEqualTo("OK");
        old.thaw();
        topology.awaitReady();
        assertThat(old.cli().info("role")).isEqualTo("slave");
        assertThat(topology.failOver()).isNotSameAs(promoted);
    }
}
