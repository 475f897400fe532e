// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import java.util.List;

/** The near cache of a master that sentinels name. */
class SentinelNearCacheTests extends FleetNearCacheContractTests {

    private final SentinelTopology servers = Topologies.sentinel();

    private final RedisServer master = servers.master();

    @Override
    String url() {
        return servers.url();
    }

    @Override
    RedisServer serverOf(String key) {
        return master;
    }

    @Override
    List<RedisServer> masters() {
        return List.of(master);
    }
}
