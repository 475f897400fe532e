// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.spi.StoreListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The masters of a cluster, each with its own circuit breakers. If one master is unavailable, the sessions on the other
 * masters are still checked. Masters are identified by node id, so a promoted replica starts with closed breakers.
 */
public final class ClusterShards extends Shards {

    private final RedisConnector connector;

    private final ClusterMasters masters;

    private final String heartbeatKey;

    private final Consumer<Throwable> refused;

    private final Outages outages;

    private final Map<String, Shard> shards = new ConcurrentHashMap<>();

    /** Stands for all masters before the first connection. */
    private final Shard unconnected;

    /** Stands for slots that no master serves. */
    private final Shard unserved;

    /** Connections to nodes that are gone are not kept from being forgotten. */
    private final Set<StatefulRedisConnection<?, ?>> watched =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    /** The connection for reads. */
    private volatile @Nullable StatefulRedisClusterConnection<String, String> reads;

    ClusterShards(RedisConnector connector, String heartbeatKey, Consumer<Throwable> refused, Outages outages) {
        super(connector.url());
        this.connector = connector;
        this.masters = new ClusterMasters(connector::events);
        this.heartbeatKey = heartbeatKey;
        this.refused = refused;
        this.outages = outages;
        this.unconnected = shard(null, heartbeatKey);
        this.unserved = shard("slots that nobody serves", heartbeatKey);
        masters.listen(this::changed);
        outages.listen(new Returns());
    }

    private Shard shard(@Nullable String part, String key) {
        return new Shard(part, key, this::heartbeat, refused, outages, connector.commandTimeout());
    }

    @Override
    CompletableFuture<RedisClusterAsyncCommands<String, String>> open(Line line, Consumer<Throwable> failed) {
        return connector.connectCluster(failed).thenApply(made -> {
            if (line == Line.READ) {
                reads = made;
                masters.follow(made);
            }
            return made.async();
        });
    }

    @Override
    Shard unconnected() {
        return unconnected;
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
        StatefulRedisClusterConnection<String, String> current = reads;
        if (current == null) {
            return;
        }
        RedisAddress address = ClusterMasters.addressOf(master);
        current.getConnectionAsync(address.host(), address.port()).thenAccept(node -> {
            if (watched.add(node)) {
                inspection().follow(node, () -> lost(master));
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
        return reads == null ? unconnected : unserved;
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
    boolean areMany() {
        return true;
    }

    @Override
    int count() {
        return masters.all().size();
    }

    /** The other masters report whether an unavailable master was replaced. */
    @Override
    CompletionStage<?> heartbeat(Line line, String key) {
        connector.refreshTopology();
        return super.heartbeat(line, key);
    }

    public ClusterMasters masters() {
        return masters;
    }

    /** Connects to a master that was unreachable when the topology first contained it. */
    private final class Returns implements StoreListener {

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
