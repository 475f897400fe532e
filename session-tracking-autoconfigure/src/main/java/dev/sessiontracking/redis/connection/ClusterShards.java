// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.spi.StoreListener;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The masters of a cluster, each with its own circuit breakers. If one master is unavailable, the sessions on the other
 * masters are still checked. Masters are identified by node id, so a promoted replica starts with closed breakers.
 */
public final class ClusterShards implements Shards {

    private final RedisConnector connector;

    private final ClusterMasters masters;

    private final String heartbeatKey;

    private final Consumer<Throwable> refused;

    private final Outages outages;

    private final ServerInspection inspection;

    private final Map<String, Shard> shards = new ConcurrentHashMap<>();

    /** Stands for all masters before the first connection. */
    private final Shard unconnected;

    /** Stands for slots that no master serves. */
    private final Shard unserved;

    /** Connections to nodes that are gone are not kept from being forgotten. */
    private final Set<StatefulRedisConnection<?, ?>> watched =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    private final Map<Line, StatefulRedisClusterConnection<String, String>> connections = new ConcurrentHashMap<>();

    ClusterShards(RedisConnector connector, String heartbeatKey, Consumer<Throwable> refused, Outages outages) {
        this.connector = connector;
        this.masters = new ClusterMasters(connector.events());
        this.heartbeatKey = heartbeatKey;
        this.refused = refused;
        this.outages = outages;
        this.inspection = new ServerInspection(connector.url());
        this.unconnected = shard(null, heartbeatKey);
        this.unserved = shard("slots that nobody serves", heartbeatKey);
        masters.listen(this::changed);
        outages.listen(new Returns());
    }

    private Shard shard(@Nullable String part, String key) {
        return new Shard(part, key, this::heartbeat, refused, outages, connector.commandTimeout());
    }

    @Override
    public void connect(Consumer<@Nullable Throwable> attempted) {
        connect(List.of(Line.values()), attempted);
    }

    /** In sequence: the first attempt of a node may time out, and this is not reported. */
    private void connect(List<Line> lines, Consumer<@Nullable Throwable> attempted) {
        Line line = lines.get(0);
        connector
                .connectCluster(failure -> {
                    unconnected.disconnected(
                            "no connection to " + connector.url() + ": " + RedisFailures.inWords(failure));
                    attempted.accept(failure);
                })
                .thenAccept(made -> {
                    connections.put(line, made);
                    if (line == Line.READ) {
                        masters.follow(made);
                    }
                    if (lines.size() == 1) {
                        attempted.accept(null);
                    } else {
                        connect(lines.subList(1, lines.size()), attempted);
                    }
                });
    }

    /** Updates the shards to the current masters. */
    private void changed(ClusterMasters.Change change) {
        shards.entrySet()
                .removeIf(shard -> !change.masters().containsKey(shard.getKey())
                        && shard.getValue().isOpenFor(Line.READ)
                        && shard.getValue().isOpenFor(Line.WRITE));
        watchAll();
        if (change.isReplacement()) {
            outages.replaced();
        }
    }

    private void watchAll() {
        masters.all().forEach(this::watch);
    }

    /** Opens the connection that Lettuce uses for this master, and reports when it is lost. */
    private void watch(RedisClusterNode master) {
        StatefulRedisClusterConnection<String, String> current = connections.get(Line.READ);
        if (current == null) {
            return;
        }
        RedisAddress address = ClusterMasters.addressOf(master);
        current.getConnectionAsync(address.host(), address.port()).thenAccept(node -> {
            if (watched.add(node)) {
                inspection.follow(node, () -> lost(master));
            }
        });
    }

    /** Lettuce reconnects by itself. A heartbeat detects the new connection. */
    private void lost(RedisClusterNode master) {
        if (masters.contains(master.getNodeId()) && !connector.isClosed()) {
            of(master).lost("the connection was lost");
        }
    }

    @Override
    public Shard of(String key) {
        RedisClusterNode master = masters.of(key);
        if (master != null) {
            return of(master);
        }
        return connections.containsKey(Line.READ) ? unserved : unconnected;
    }

    public Shard of(RedisClusterNode master) {
        Shard known = shards.get(master.getNodeId());
        return known != null
                ? known
                : shards.computeIfAbsent(
                        master.getNodeId(),
                        id -> shard(ClusterMasters.addressOf(master).toString(), heartbeatKeyOf(id)));
    }

    /** A key of this master. A reply of another master says nothing about this one. */
    private String heartbeatKeyOf(String nodeId) {
        return heartbeatKey + masters.tagOf(nodeId);
    }

    @Override
    public RedisClusterAsyncCommands<String, String> commands(Line line) {
        StatefulRedisClusterConnection<String, String> connection = connections.get(line);
        if (connection == null) {
            throw new RedisConnectionException("Not connected yet");
        }
        return connection.async();
    }

    @Override
    public boolean areMany() {
        return true;
    }

    @Override
    public int count() {
        return masters.all().size();
    }

    /** The other masters report whether an unavailable master was replaced. */
    @Override
    public CompletionStage<?> heartbeat(Line line, String key) {
        connector.refreshTopology();
        return Shards.super.heartbeat(line, key);
    }

    @Override
    public ServerInfo lastInspected() {
        return inspection.last();
    }

    public ClusterMasters masters() {
        return masters;
    }

    /** Connects to a master that was unreachable when the topology first contained it. */
    private final class Returns implements StoreListener {

        @Override
        public void unavailable(String reason) {
            // No connection exists yet.
        }

        @Override
        public void available() {
            watchAll();
        }

        @Override
        public void partReplaced() {
            watchAll();
        }
    }
}
