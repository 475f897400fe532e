package dev.sessiontracking.chaos;

import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** One server, and nodes that each reach it through a network of their own. */
final class Fleet implements AutoCloseable {

    private final List<NodeProcess> nodes = new ArrayList<>();

    private final List<NodeClient> clients = new ArrayList<>();

    private final List<FaultProxy> networks = new ArrayList<>();

    private final List<CompletableFuture<?>> starts = new ArrayList<>();

    private final Map<Integer, Long> deaths = new ConcurrentHashMap<>();

    private final RedisServer server;

    /** @param policies the outage policy of each node */
    Fleet(String... policies) {
        // What it has acknowledged it knows after it was killed.
        server = RedisServers.startLocal("--appendonly", "yes", "--appendfsync", "no");
        try {
            for (String policy : policies) {
                FaultProxy network = FaultProxy.inFrontOf(server);
                networks.add(network);
                NodeProcess node = new NodeProcess(network.url(), "session.tracking.outage-policy=" + policy);
                nodes.add(node.launch());
                clients.add(new NodeClient(node));
            }
            nodes.forEach(NodeProcess::awaitListening);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    RedisServer server() {
        return server;
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

    FaultProxy network(int index) {
        return networks.get(index);
    }

    /** A person at redis-cli, who does not wait for long. */
    RedisCli cli() {
        return RedisCli.to(server.host(), server.port()).withTimeout(Duration.ofMillis(500));
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
        server.close();
    }
}
