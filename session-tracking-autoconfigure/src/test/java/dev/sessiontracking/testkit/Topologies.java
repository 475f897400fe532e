// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Topologies that test classes share, because they take seconds to start: each class finds them healthy and empty, and
 * leaves them as they are. They end with this virtual machine.
 */
public final class Topologies {

    private static @Nullable SentinelTopology sentinel;

    private static @Nullable ClusterTopology cluster;

    private Topologies() {}

    public static synchronized SentinelTopology sentinel() {
        SentinelTopology shared = sentinel;
        if (shared == null) {
            shared = SentinelTopology.start();
            sentinel = shared;
        }
        shared.servers().forEach(RedisServer::start);
        shared.sentinels().forEach(RedisServer::start);
        shared.awaitReady();
        shared.master().cli().command("FLUSHALL");
        return shared;
    }

    public static synchronized ClusterTopology cluster() {
        ClusterTopology shared = cluster;
        if (shared == null) {
            shared = ClusterTopology.start();
            cluster = shared;
        }
        shared.nodes().forEach(RedisServer::start);
        shared.awaitReady();
        shared.masters().forEach(master -> master.cli().command("FLUSHALL"));
        return shared;
    }
}
