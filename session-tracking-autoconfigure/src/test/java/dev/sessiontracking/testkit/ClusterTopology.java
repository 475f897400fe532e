// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Redis Cluster of three masters with a replica each, as processes of this machine. Nodes call each other failed after
 * a second of silence. The cluster stops as a whole when slots are uncovered, unless it is started with
 * {@code --cluster-require-full-coverage no}.
 */
public final class ClusterTopology implements AutoCloseable {

    public static final int SLOTS = 16_384;

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int MASTERS = 3;
    private static final int NODES = 2 * MASTERS;

    private final List<RedisServer> nodes = new ArrayList<>();

    private String[] nodeArgs = {};

    private ClusterTopology() {}

    /**
     * Starts it and waits until every node finds the cluster healthy.
     *
     * @param args for all nodes; a password is also given to those who have to log in
     */
    public static ClusterTopology start(String... args) {
        ClusterTopology topology = new ClusterTopology();
        try {
            topology.startAll(args);
            topology.awaitReady();
            return topology;
        } catch (RuntimeException | Error e) {
            topology.close();
            throw e;
        }
    }

    private void startAll(String... args) {
        nodeArgs = Stream.concat(
                        Stream.of("--cluster-enabled", "yes", "--cluster-node-timeout", "1000"),
                        Stream.of(Replication.withMasterPassword(args)))
                .toArray(String[]::new);
        for (int i = 0; i < NODES; i++) {
            nodes.add(RedisServers.startLocal(nodeArgs));
        }
        for (int i = 0; i < NODES; i++) {
            nodes.get(i).cli().command("CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
            if (i < MASTERS) {
                addSlots(nodes.get(i), SLOTS * i / MASTERS, SLOTS * (i + 1) / MASTERS);
            }
        }
        RedisServer first = nodes.get(0);
        for (RedisServer node : nodes.subList(1, NODES)) {
            node.cli().command("CLUSTER", "MEET", first.host(), "" + first.port());
        }
        for (int i = MASTERS; i < NODES; i++) {
            RedisServer replica = nodes.get(i);
            String masterId = id(nodes.get(i - MASTERS));
            await().atMost(PATIENCE)
                    .until(() ->
                            view(replica).stream().anyMatch(node -> node.id().equals(masterId) && node.has("master")));
            replica.cli().command("CLUSTER", "REPLICATE", masterId);
        }
    }

    /** Waits until all six nodes run and each of them sees a healthy cluster of masters with a replica each. */
    public void awaitReady() {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> nodes.stream().allMatch(ClusterTopology::seesEverything));
    }

    public List<RedisServer> nodes() {
        return List.copyOf(nodes);
    }

    /** The present masters that have slots. */
    public List<RedisServer> masters() {
        return view(anyRunning()).stream()
                .filter(node -> node.has("master") && !node.has("fail") && node.slots() > 0)
                .map(node -> server(node.port()))
                .toList();
    }

    /** The present replicas of this node. */
    public List<RedisServer> replicasOf(RedisServer master) {
        List<ClusterNode> view = view(anyRunning());
        String masterId = view.stream()
                .filter(node -> node.port() == master.port())
                .map(ClusterNode::id)
                .findFirst()
                .orElseThrow();
        return view.stream()
                .filter(node -> node.masterId().equals(masterId))
                .map(node -> server(node.port()))
                .toList();
    }

    /** The node that now serves this key. */
    public RedisServer masterOf(String key) {
        return masterOf(slotOf(key));
    }

    /** The node that now serves each slot. */
    public RedisServer[] mastersBySlot() {
        RedisServer[] masters = new RedisServer[SLOTS];
        for (Object entry : (List<?>) anyRunning().cli().command("CLUSTER", "SLOTS")) {
            List<?> range = (List<?>) entry;
            RedisServer master = server(((Long) ((List<?>) range.get(2)).get(1)).intValue());
            for (long slot = (Long) range.get(0); slot <= (Long) range.get(1); slot++) {
                masters[(int) slot] = master;
            }
        }
        return masters;
    }

    public int slotOf(String key) {
        return (int) anyRunning().cli().number("CLUSTER", "KEYSLOT", key);
    }

    /** Orders the master of this key to hand over to a replica, and waits for it. */
    public RedisServer failOver(String key) {
        RedisServer old = masterOf(key);
        replicasOf(old).get(0).cli().command("CLUSTER", "FAILOVER");
        return awaitMasterOtherThan(old, key);
    }

    /** Waits until every running node names the same other master for this key. */
    public RedisServer awaitMasterOtherThan(RedisServer old, String key) {
        int slot = slotOf(key);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> {
                    List<Integer> ports = nodes.stream()
                            .filter(node -> node != old && node.isRunning())
                            .map(node -> portOfMaster(node, slot))
                            .distinct()
                            .toList();
                    return ports.size() == 1 && ports.get(0) != old.port();
                });
        return masterOf(key);
    }

    /** Moves a slot with all of its keys to another master, as a resharding does. */
    public void moveSlot(int slot, RedisServer target) {
        RedisServer source = masterOf(slot);
        String number = "" + slot;
        target.cli().command("CLUSTER", "SETSLOT", number, "IMPORTING", id(source));
        source.cli().command("CLUSTER", "SETSLOT", number, "MIGRATING", id(target));
        moveKeys(slot, source, target);
        String targetId = id(target);
        target.cli().command("CLUSTER", "SETSLOT", number, "NODE", targetId);
        try {
            source.cli().command("CLUSTER", "SETSLOT", number, "NODE", targetId);
        } catch (RedisErrorException e) {
            // Since Redis 7, a master that has lost its last slot becomes a replica of whoever has it now.
            if (!String.valueOf(e.getMessage()).contains("only with masters")) {
                throw e;
            }
        }
        await().atMost(PATIENCE)
                .until(() -> nodes.stream()
                        .filter(RedisServer::isRunning)
                        .allMatch(node -> portOfMaster(node, slot) == target.port()));
    }

    /**
     * Adds a master that has no slot yet and no replica, and waits until all nodes know it. {@link #awaitReady} is of no
     * use from then on: it looks for the six that there were.
     */
    public RedisServer addMaster() {
        RedisServer added = RedisServers.startLocal(nodeArgs);
        nodes.add(added);
        added.cli().command("CLUSTER", "SET-CONFIG-EPOCH", "" + nodes.size());
        RedisServer first = nodes.get(0);
        added.cli().command("CLUSTER", "MEET", first.host(), "" + first.port());
        await().atMost(PATIENCE)
                .until(() -> nodes.stream()
                        .allMatch(node -> view(node).size() == nodes.size()
                                && view(node).stream().noneMatch(known -> known.has("handshake"))
                                && node.cli().text("CLUSTER", "INFO").contains("cluster_state:ok")));
        return added;
    }

    private static void moveKeys(int slot, RedisServer source, RedisServer target) {
        String password = target.password();
        while (true) {
            List<String> keys = source.cli().texts("CLUSTER", "GETKEYSINSLOT", "" + slot, "100");
            if (keys.isEmpty()) {
                return;
            }
            List<String> command =
                    new ArrayList<>(List.of("MIGRATE", target.host(), "" + target.port(), "", "0", "1000"));
            if (password != null) {
                command.addAll(List.of("AUTH", password));
            }
            command.add("KEYS");
            command.addAll(keys);
            source.cli().command(command.toArray(String[]::new));
        }
    }

    /** The nodes as {@code host:port}. */
    public List<String> addresses() {
        return nodes.stream().map(node -> node.host() + ":" + node.port()).toList();
    }

    /** A {@code redis-cluster://} URL with all nodes, or one with {@code rediss} when they speak TLS only. */
    public String url() {
        String scheme = nodes.get(0).isTlsOnly() ? "rediss-cluster://" : "redis-cluster://";
        return scheme + RedisServer.userInfo(nodes.get(0).password()) + String.join(",", addresses());
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }

    private RedisServer masterOf(int slot) {
        return server(portOfMaster(anyRunning(), slot));
    }

    private static boolean seesEverything(RedisServer server) {
        List<ClusterNode> view = view(server);
        boolean healthy = view.stream()
                .allMatch(node ->
                        node.linked() && Stream.of("handshake", "fail?", "fail").noneMatch(node::has));
        return healthy
                && view.size() == NODES
                && view.stream().filter(node -> node.has("master")).count() == MASTERS
                && view.stream().map(ClusterNode::masterId).distinct().count() == MASTERS + 1
                && view.stream().mapToInt(ClusterNode::slots).sum() == SLOTS
                && server.cli().text("CLUSTER", "INFO").contains("cluster_state:ok")
                && replicationIsUp(server);
    }

    private static boolean replicationIsUp(RedisServer server) {
        return server.cli().info("role").equals("master")
                ? server.cli().info("slave0").contains("state=online")
                : server.cli().info("master_link_status").equals("up");
    }

    private static List<ClusterNode> view(RedisServer server) {
        return String.valueOf(server.cli().text("CLUSTER", "NODES"))
                .lines()
                .map(ClusterNode::parse)
                .toList();
    }

    private static int portOfMaster(RedisServer asked, int slot) {
        for (Object entry : (List<?>) asked.cli().command("CLUSTER", "SLOTS")) {
            List<?> range = (List<?>) entry;
            if ((Long) range.get(0) <= slot && slot <= (Long) range.get(1)) {
                return ((Long) ((List<?>) range.get(2)).get(1)).intValue();
            }
        }
        throw new IllegalStateException("Nobody serves slot " + slot);
    }

    private RedisServer anyRunning() {
        return nodes.stream()
                .filter(node -> node.ping(Duration.ofMillis(200)) != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No node answers"));
    }

    private RedisServer server(int port) {
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }

    private static String id(RedisServer node) {
        return String.valueOf(node.cli().text("CLUSTER", "MYID"));
    }

    private static void addSlots(RedisServer node, int first, int end) {
        node.cli()
                .command(Stream.concat(
                                Stream.of("CLUSTER", "ADDSLOTS"),
                                IntStream.range(first, end).mapToObj(Integer::toString))
                        .toArray(String[]::new));
    }
}
