// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.redis.connection.ClusterMasters;
import dev.sessiontracking.redis.connection.ClusterShards;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.Shard;
import dev.sessiontracking.redis.connection.Shards;
import dev.sessiontracking.redis.connection.Topology;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One tracked connection and one near cache for each master. In a cluster, they are opened and closed when masters
 * change. Thread-safe; finding the cache of a session takes no lock.
 */
public final class NearCaches implements CachingReader {

    private static final String ONLY_SERVER = "";

    private final RedisConnector connector;

    private final RedisKeys keys;

    private final NearCacheProperties properties;

    private final FeedReader feed;

    private final Function<String, CompletionStage<Boolean>> ordinary;

    private final NearCacheStatusLog status = new NearCacheStatusLog();

    /** By the id of the node. */
    private final Map<String, InvalidationConnection> tracked = new ConcurrentHashMap<>();

    /** {@code null} if one server has all keys. */
    private final @Nullable ClusterMasters masters;

    /** The connection to the server with all keys. {@code null} in a cluster, and before the first connection. */
    private volatile @Nullable InvalidationConnection only;

    private RevocationObserver observer = RevocationObserver.IGNORED;

    /**
     * Opens the connections for the current and future masters of a link.
     *
     * @param feedRetention how long an entry of the revocation feed can matter, or {@code null} without a feed
     * @param ordinary looks a session up without caching the reply
     */
    public NearCaches(
            RedisLink link,
            RedisKeys keys,
            NearCacheProperties properties,
            @Nullable Duration feedRetention,
            Function<String, CompletionStage<Boolean>> ordinary) {
        this.connector = link.connector();
        this.keys = keys;
        this.properties = properties;
        this.feed = new FeedReader(keys.revocations(), feedRetention, Clock.systemUTC());
        this.ordinary = ordinary;
        if (connector.url().topology() == Topology.CLUSTER) {
            ClusterShards cluster = (ClusterShards) link.shards();
            this.masters = cluster.masters();
            cluster.masters().listen(change -> changed(cluster, change));
        } else {
            this.masters = null;
            // Not on the thread that has the first replies to read: a cache loads many classes.
            link.afterFirstAttempt(() -> link.later(Duration.ZERO, () -> trackAlone(link.shards())));
        }
    }

    private synchronized void trackAlone(Shards server) {
        // Only a cluster node replies with a redirection. The log already asks for redis-cluster:// in the URL.
        Surroundings alone = new Surroundings(keys::newProbe, ordinary, key -> true, () -> {});
        InvalidationConnection connection = connection(server.of(keys.heartbeat()), properties.maximumSize(), alone);
        connection.observe(observer);
        tracked.put(ONLY_SERVER, connection);
        only = connection;
        connector.connect(failure -> {}).thenAccept(connection::use);
    }

    private InvalidationConnection connection(Shard shard, long size, Surroundings surroundings) {
        return new InvalidationConnection(shard, properties.cacheOf(size), keys, status, surroundings, feed);
    }

    private synchronized void changed(ClusterShards shards, ClusterMasters.Change change) {
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
        change.masters().forEach((id, node) -> tracked.computeIfAbsent(id, any -> track(shards, node, share)));
    }

    private InvalidationConnection track(ClusterShards shards, RedisClusterNode node, long share) {
        String id = node.getNodeId();
        Surroundings surroundings = new Surroundings(
                () -> keys.newProbe() + shards.masters().tagOf(id),
                ordinary,
                key -> {
                    RedisClusterNode master = shards.masters().of(key);
                    return master != null && master.getNodeId().equals(id);
                },
                connector::refreshTopology);
        InvalidationConnection connection = connection(shards.of(node), share, surroundings);
        connection.observe(observer);
        connector
                .connectNode(ClusterMasters.addressOf(node), connection::isClosed)
                .thenAccept(connection::use);
        return connection;
    }

    /** Allocates nothing for the only server, because every check comes here. */
    private @Nullable InvalidationConnection ofSession(String sessionId) {
        return masters == null ? only : ofMaster(masters.of(keys.session(sessionId)));
    }

    private @Nullable InvalidationConnection ofUser(String userId) {
        return masters == null ? only : ofMaster(masters.of(keys.userSessions(userId)));
    }

    private @Nullable InvalidationConnection ofMaster(@Nullable RedisClusterNode master) {
        return master == null ? null : tracked.get(master.getNodeId());
    }

    @Override
    public SessionStatus lookup(String sessionId) {
        return lookup(sessionId, NotBefore.NONE);
    }

    @Override
    public SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff) {
        InvalidationConnection connection = ofSession(sessionId);
        return connection == null ? SessionStatus.UNKNOWN : connection.lookup(sessionId, cutoff);
    }

    @Override
    public SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff, @Nullable Instant authenticatedAt) {
        InvalidationConnection connection = ofSession(sessionId);
        return connection == null ? SessionStatus.UNKNOWN : connection.lookup(sessionId, cutoff, authenticatedAt);
    }

    @Override
    public void keepEnded(String sessionId, Instant until) {
        InvalidationConnection connection = ofSession(sessionId);
        if (connection != null) {
            connection.cache().putEnded(sessionId, until);
        }
    }

    @Override
    public @Nullable CompletionStage<Boolean> read(String sessionId) {
        InvalidationConnection connection = ofSession(sessionId);
        return connection == null ? null : connection.read(sessionId);
    }

    @Override
    public void invalidate(String sessionId) {
        InvalidationConnection connection = ofSession(sessionId);
        if (connection != null) {
            connection.cache().invalidate(sessionId);
        }
    }

    @SuppressWarnings("NullableOptional")
    @Override
    public @Nullable Optional<SessionEndReason> lookupEndReason(String sessionId) {
        InvalidationConnection connection = ofSession(sessionId);
        return connection == null ? null : connection.cache().endReason(sessionId);
    }

    @Override
    public void keepEndReason(String sessionId, Optional<SessionEndReason> reason) {
        InvalidationConnection connection = ofSession(sessionId);
        if (connection != null) {
            connection.cache().putEndReason(sessionId, reason);
        }
    }

    @Override
    public @Nullable NotBefore lookupNotBefore(String userId) {
        InvalidationConnection connection = ofUser(userId);
        return connection == null ? null : connection.lookupMarker(keys.userState(userId));
    }

    @Override
    public @Nullable CompletionStage<@Nullable NotBefore> readNotBefore(String userId) {
        InvalidationConnection connection = ofUser(userId);
        return connection == null ? null : connection.readMarker(keys.userState(userId));
    }

    @Override
    public void invalidateNotBefore(String userId) {
        InvalidationConnection connection = ofUser(userId);
        if (connection != null) {
            connection.cache().invalidateMarker(keys.userState(userId));
        }
    }

    @Override
    public synchronized void observe(RevocationObserver listener) {
        observer = listener;
        tracked.values().forEach(connection -> connection.observe(listener));
        feed.observe(listener);
    }

    @Override
    public FeedState feed() {
        return feed.state();
    }

    /** The caches of all masters. */
    public List<NearCache> caches() {
        return tracked.values().stream().map(InvalidationConnection::cache).toList();
    }

    @Override
    public State state() {
        List<NearCache> caches = caches();
        return new State(
                status.status(),
                !caches.isEmpty() && caches.stream().allMatch(NearCache::isLeaseFresh),
                oldestLease(caches),
                caches.stream().mapToLong(NearCache::size).sum());
    }

    /** {@code null} if a cache has no lease. */
    private static @Nullable Duration oldestLease(List<NearCache> caches) {
        List<Duration> ages = caches.stream()
                .flatMap(cache -> Stream.ofNullable(cache.leaseAge()))
                .toList();
        return ages.isEmpty() || ages.size() < caches.size() ? null : Collections.max(ages);
    }

    /**
     * What the reads of one master need to know of the other servers.
     *
     * @param probeKey makes a new unused key that the server of this connection serves
     * @param ordinary looks a session up without caching the reply
     * @param serves whether the server of this connection serves a key
     * @param moved runs when a key was found to be served by another server
     */
    record Surroundings(
            Supplier<String> probeKey,
            Function<String, CompletionStage<Boolean>> ordinary,
            Predicate<String> serves,
            Runnable moved) {}
}
