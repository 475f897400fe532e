// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import io.lettuce.core.cluster.SlotHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Where a contract holds. Servers that take long to start are shared by the test classes of this virtual machine. */
enum Place {
    STANDALONE {
        @Override
        Servers open() {
            return Servers.of(RedisServers.start());
        }
    },
    /** With sets as indexes. */
    STANDALONE_SETS {
        @Override
        Servers open() {
            return Servers.of(RedisServers.start());
        }
    },
    SENTINEL {
        @Override
        Servers open() {
            SentinelTopology topology = Topologies.sentinel();
            RedisServer master = topology.master();
            return new Servers(topology.url(), List.of(master), key -> master, () -> {});
        }
    },
    /** The two keys of a session lie on different masters. */
    CLUSTER {
        @Override
        Servers open() {
            ClusterTopology topology = Topologies.cluster();
            return Servers.of(topology.url(), topology, () -> {});
        }
    },
    /** For a user who may do no more than what docs/running-redis.md lists. */
    LEAST_PERMISSIONS {
        @Override
        Servers open() {
            RedisServer server = RedisServers.start(LeastPermissions.serverArgs());
            String url = "redis://" + LeastPermissions.LOGIN + "@" + server.host() + ":" + server.port();
            return new Servers(url, List.of(server), key -> server, () -> {
                try (server) {
                    assertNothingWasRefused(List.of(server));
                }
            });
        }
    },
    LEAST_PERMISSIONS_CLUSTER {
        @Override
        Servers open() {
            ClusterTopology topology = RestrictedCluster.TOPOLOGY;
            String url = "redis-cluster://" + LeastPermissions.LOGIN + "@" + String.join(",", topology.addresses());
            return Servers.of(url, topology, () -> assertNothingWasRefused(topology.nodes()));
        }
    };

    abstract Servers open();

    private static void assertNothingWasRefused(List<RedisServer> servers) {
        assertThat(servers)
                .allSatisfy(server ->
                        assertThat(LeastPermissions.refusedBy(server.cli())).isSubsetOf(LeastPermissions.OPTIONAL));
    }

    private static final class RestrictedCluster {
        static final ClusterTopology TOPOLOGY = ClusterTopology.start(LeastPermissions.clusterArgs());
    }

    /** The servers of a place, and which of them holds a key. */
    record Servers(String url, List<RedisServer> masters, Function<String, RedisServer> serverOf, Runnable atEnd)
            implements AutoCloseable {

        static Servers of(RedisServer server) {
            return new Servers(server.url(), List.of(server), key -> server, server::close);
        }

        static Servers of(String url, ClusterTopology topology, Runnable atEnd) {
            RedisServer[] masterBySlot = topology.mastersBySlot();
            return new Servers(
                    url,
                    topology.masters(),
                    key -> masterBySlot[SlotHash.getSlot(key.getBytes(StandardCharsets.UTF_8))],
                    atEnd);
        }

        RedisCli cli(String key) {
            return serverOf.apply(key).cli();
        }

        void empty() {
            masters.forEach(master -> master.cli().command("FLUSHALL"));
        }

        @Override
        public void close() {
            atEnd.run();
        }
    }
}
