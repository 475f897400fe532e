// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** The races with a master that sentinels name. */
class SentinelSessionStoreRaceTests extends SessionStoreRaceContractTests {

    private final SentinelTopology servers = Topologies.sentinel();

    private final RedisServer master = servers.master();

    @Override
    RedisConnector connect(RedisProperties properties) {
        return new RedisConnector(RedisUrl.parse(servers.url()), properties);
    }

    @Override
    @Nullable
    Object raw(String... words) {
        return master.cli().command(words);
    }

    @BeforeEach
    void empty() {
        master.cli().command("FLUSHALL");
    }
}
