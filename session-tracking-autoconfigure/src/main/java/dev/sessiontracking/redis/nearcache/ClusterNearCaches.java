// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.CachingReader.RevocationObserver;
import dev.sessiontracking.core.cache.NearCache;
import dev.sessiontracking.core.cache.NearCache.Status;
import dev.sessiontracking.redis.connection.ClusterMasters;
import dev.sessiontracking.redis.connection.ClusterShards;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One tracked connection and one near cache for each master of a cluster. They are opened and closed when masters
 * change. Thread-safe; finding the cache of a session takes no lock.
 */
final class ClusterNearCaches implements CachingReader {

    private final RedisConnector connector;

    private final ClusterMasters masters;

    private final ClusterShards shards;

    private final RedisKeys keys;

    private final NearCacheProperties properties;

    private final FeedReader feed;

    private final NearCacheStatusLog report = new NearCacheStatusLog();

    private final Function<String, CompletionStage<Boolean>> ordinary;

    private final Map<String, InvalidationConnection> tracked = new ConcurrentHashMap<>();

    /** The cache of sessions without a known master. It is always empty. */
    private final NearCache noCache;

    private RevocationObserver evidence = RevocationObserver.IGNORED;

    /** @param ordinary looks a session up without caching the reply */
    ClusterNearCaches(
            RedisConnector connector,
            ClusterShards shards,
            RedisKeys keys,
            NearCacheProperties properties,
            FeedReader feed,
            Function<String, CompletionStage<Boolean>> ordinary) {
        this.connector = connector;
        this.masters = shards.masters();
        this.shards = shards;
        this.keys = keys;
        this.properties = properties;
        this.feed = feed;
        this.ordinary = ordinary;
        this.noCache = properties.cacheOf(1);
    }

    void start() {
        masters.listen(this::changed);
    }

    private synchronized void changed(ClusterMasters.Change change) {
        tracked.forEach((id, connection) -> {
            if (!change.masters().containsKey(id)) {
                tracked.remove(id);
                connection.close();
            } else if (change.resharded().contains(id)) {
                connection.resharded();
            }
        });
        // The masters share the maximum size. Existing caches shrink before new ones are added.
        long share = properties.shareOf(change.masters().size());
        caches().forEach(cache -> cache.resize(share));
        change.masters().forEach((id, node) -> {
            if (!tracked.containsKey(id)) {
                tracked.put(id, track(node, share));
            }
        });
    }

    private InvalidationConnection track(RedisClusterNode node, long share) {
        InvalidationConnection connection = new InvalidationConnection(
                shards.of(node), properties.cacheOf(share), keys, report, new OneMaster(node.getNodeId()), feed);
        connection.tell(evidence);
        connector
                .connectNode(ClusterMasters.addressOf(node), connection::isClosed)
                .thenAccept(connection::use);
        return connection;
    }

    private @Nullable InvalidationConnection of(String sessionId) {
        RedisClusterNode master = masters.of(keys.session(sessionId));
        return master == null ? null : tracked.get(master.getNodeId());
    }

    @Override
    public NearCache cacheOf(String sessionId) {
        InvalidationConnection connection = of(sessionId);
        return connection == null ? noCache : connection.cacheOf(sessionId);
    }

    @Override
    public List<NearCache> caches() {
        return tracked.values().stream()
                .map(connection -> connection.cacheOf(""))
                .toList();
    }

    @Override
    public Status status() {
        return report.status();
    }

    @Override
    public void checking(String sessionId) {
        InvalidationConnection connection = of(sessionId);
        if (connection != null) {
            connection.checking(sessionId);
        }
    }

    @Override
    public @Nullable CompletionStage<Boolean> read(String sessionId) {
        InvalidationConnection connection = of(sessionId);
        return connection == null ? null : connection.read(sessionId);
    }

    private @Nullable InvalidationConnection ofUser(String userId) {
        RedisClusterNode master = masters.of(keys.userSessions(userId));
        return master == null ? null : tracked.get(master.getNodeId());
    }

    @Override
    public @Nullable NotBefore cachedNotBefore(String userId) {
        InvalidationConnection connection = ofUser(userId);
        return connection == null ? null : connection.cachedNotBefore(userId);
    }

    @Override
    public @Nullable CompletionStage<@Nullable NotBefore> readNotBefore(String userId) {
        InvalidationConnection connection = ofUser(userId);
        return connection == null ? null : connection.readNotBefore(userId);
    }

    @Override
    public void forgetNotBefore(String userId) {
        InvalidationConnection connection = ofUser(userId);
        if (connection != null) {
            connection.forgetNotBefore(userId);
        }
    }

    @Override
    public synchronized void observe(RevocationObserver listener) {
        evidence = listener;
        tracked.values().forEach(connection -> connection.tell(listener));
        feed.observe(listener);
    }

    @Override
    public FeedState feed() {
        return feed.state();
    }

    /** The context of one master's connection. */
    private final class OneMaster implements CachingReads.Collaborators {

        private final String nodeId;

        OneMaster(String nodeId) {
            this.nodeId = nodeId;
        }

        @Override
        public String probeKey() {
            return keys.newProbe() + masters.tagOf(nodeId);
        }

        @Override
        public CompletionStage<Boolean> askElsewhere(String sessionId) {
            return ordinary.apply(sessionId);
        }

        @Override
        public boolean serves(String key) {
            RedisClusterNode master = masters.of(key);
            return master != null && master.getNodeId().equals(nodeId);
        }

        @Override
        public void moved() {
            connector.refreshTopology();
        }
    }
}
