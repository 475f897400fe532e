// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.Topologies;
import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** Markers on a cluster of three masters. */
class ClusterMarkersTests extends MarkersContractTests {

    private final ClusterTopology servers = Topologies.cluster();

    private final List<RedisServer> masters = servers.masters();

    private final RedisServer[] masterBySlot = servers.mastersBySlot();

    @Override
    RedisConnector connect(RedisProperties properties) {
        return new RedisConnector(RedisUrl.parse(servers.url()), properties);
    }

    @Override
    @Nullable
    Object raw(String... words) {
        return masterBySlot[SlotHash.getSlot(words[1].getBytes(StandardCharsets.UTF_8))]
                .cli()
                .command(words);
    }

    @BeforeEach
    void empty() {
        masters.forEach(master -> master.cli().command("FLUSHALL"));
    }
}
