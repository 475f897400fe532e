// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.SentinelTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** An application of several nodes, and the server or the servers that it has. */
final class Fleet implements AutoCloseable {

    /** Most sessions of one user. */
    static final int LIMIT = 20;

    private final List<NodeProcess> nodes = new ArrayList<>();

    private final List<NodeClient> clients = new ArrayList<>();

    private final List<FaultProxy> networks = new ArrayList<>();

    private final List<CompletableFuture<?>> starts = new ArrayList<>();

    private final Map<Integer, Long> deaths = new ConcurrentHashMap<>();

    private final Supplier<RedisServer> server;

    private final boolean isGuest;

    private Fleet(Supplier<RedisServer> server, boolean isGuest) {
        this.server = server;
        this.isGuest = isGuest;
    }

    /**
     * Nodes with a server of their own.
     *
     * @param policies the outage policy of each node
     */
    static Fleet of(String... policies) {
        // What it has acknowledged it knows after it was killed.
        RedisServer server = RedisServers.startLocal("--appendonly", "yes", "--appendfsync", "no");
        Fleet fleet = new Fleet(() -> server, false);
        fleet.start(
                () -> {
                    FaultProxy network = FaultProxy.inFrontOf(server);
                    fleet.networks.add(network);
                    return network.url();
                },
                policies);
        return fleet;
    }

    /** Nodes without networks of their own, under sentinels. */
    static Fleet under(SentinelTopology servers, String... policies) {
        Fleet fleet = new Fleet(servers::master, true);
        fleet.start(servers::url, policies);
        return fleet;
    }

    private void start(Supplier<String> url, String... policies) {
        try {
            for (String policy : policies) {
                NodeProcess node = new NodeProcess(
                        url.get(),
                        "session.tracking.outage-policy=" + policy,
                        "session.tracking.limit.sessions-per-user=" + LIMIT);
                nodes.add(node.launch());
                clients.add(new NodeClient(node));
            }
            nodes.forEach(NodeProcess::awaitListening);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** The server, or the present master. */
    RedisServer server() {
        return server.get();
    }

    int size() {
        return nodes.size();
    }

    NodeProcess node(int index) {
        return nodes.get(index);
    }

    NodeClient client(int index) {
        return clients.get(index);
    }

    /** What lies between a node and the server. */
    FaultProxy network(int index) {
        return networks.get(index);
    }

    /** A person at redis-cli, who does not wait for long. */
    RedisCli cli() {
        return RedisCli.to(server().host(), server().port()).withTimeout(Duration.ofMillis(500));
    }

    /** As a power failure would. It is started anew, which takes a while. */
    void kill(int index) {
        NodeProcess node = nodes.get(index);
        deaths.put(node.life(), System.nanoTime());
        node.kill();
        node.launch();
        starts.add(CompletableFuture.runAsync(node::awaitListening));
    }

    /** Waits for the nodes that were started anew. */
    void awaitStarts() {
        CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).join();
    }

    /** One that runs and is not frozen. */
    int anyNode(Random random) {
        int node = random.nextInt(nodes.size());
        while (nodes.get(node).isDisturbed()) {
            node = (node + 1) % nodes.size();
        }
        return node;
    }

    /** When each life that is over ended. */
    Map<Integer, Long> deaths() {
        return deaths;
    }

    @Override
    public void close() {
        nodes.forEach(NodeProcess::close);
        networks.forEach(FaultProxy::close);
        if (!isGuest) {
            server().close();
        }
    }
}
