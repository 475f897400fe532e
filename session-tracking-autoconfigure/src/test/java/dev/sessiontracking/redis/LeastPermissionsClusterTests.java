// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything works on a cluster for a user who may do no more than what the README lists. */
class LeastPermissionsClusterTests extends SessionStoreContractTests {

    private final ClusterTopology servers = ClusterTopology.start(LeastPermissions.clusterArgs());

    private final RedisServer[] masterBySlot = servers.mastersBySlot();

    private String url() {
        return "redis-cluster://" + LeastPermissions.LOGIN + "@" + String.join(",", servers.addresses());
    }

    @Override
    RedisConnector connect(RedisProperties properties) {
        return new RedisConnector(RedisUrl.parse(url()), properties);
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
        servers.masters().forEach(master -> master.cli().command("FLUSHALL"));
    }

    @AfterAll
    void nothingElseWasRefused() {
        try (servers) {
            assertThat(servers.nodes())
                    .allSatisfy(node ->
                            assertThat(LeastPermissions.refusedBy(node.cli())).isSubsetOf(LeastPermissions.OPTIONAL));
        }
    }

    @Test
    void nearCacheWorks() {
        try (TestNode node = TestNode.at(url())) {
            for (int i = 0; i < 10; i++) {
                node.awaitCached(node.login("alice").id());
            }
        }
    }
}
