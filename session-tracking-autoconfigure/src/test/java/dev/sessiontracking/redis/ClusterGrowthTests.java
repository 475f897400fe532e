// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.redis.nearcache.NearCache;
import dev.sessiontracking.redis.nearcache.NearCaches;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster that gets another master, and loses it again. */
@Tag("full")
class ClusterGrowthTests {

    private static final long BOUND = 1_200;

    @Test
    void nearCachesKeepToTheirCommonBound() {
        try (ClusterTopology servers = ClusterTopology.start();
                TestNode node = TestNode.at(servers.url(), "session.tracking.near-cache.maximum-size=" + BOUND)) {
            String id = node.login("alice").id();
            node.awaitCached(id);
            assertThat(bounds(node)).containsExactly(400L, 400L, 400L);
            int slot = servers.slotOf("session:" + id);
            RedisServer home = servers.masterOf("session:" + id);
            servers.moveSlot(slot, servers.addMaster());
            awaitBounds(node, 300L, 300L, 300L, 300L);
            node.awaitCached(id);
            servers.moveSlot(slot, home);
            awaitBounds(node, 400L, 400L, 400L);
            node.awaitCached(id);
        }
    }

    /** Lettuce looks for other nodes every ten seconds. */
    private static void awaitBounds(TestNode node, Long... bounds) {
        await().atMost(TestNode.PATIENCE.multipliedBy(2))
                .until(() -> bounds(node).equals(List.of(bounds)));
    }

    private static List<Long> bounds(TestNode node) {
        return node.bean(NearCaches.class).caches().stream()
                .map(NearCache::maximumSize)
                .toList();
    }
}
