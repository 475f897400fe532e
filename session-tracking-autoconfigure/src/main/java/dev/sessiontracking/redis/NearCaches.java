package dev.sessiontracking.redis;

import dev.sessiontracking.core.cache.CachingReader;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Opens the connections on which each master invalidates what this node has cached of it. */
final class NearCaches {

    private NearCaches() {}

    /** @param ordinary looks a session up without caching the reply */
    static CachingReader over(
            RedisLink link,
            RedisKeys keys,
            NearCacheProperties properties,
            Function<String, CompletionStage<Boolean>> ordinary) {
        if (link.shards() instanceof ClusterShards cluster) {
            TrackedCluster tracked = new TrackedCluster(link.connector(), cluster, keys, properties, ordinary);
            tracked.start();
            return tracked;
        }
        TrackedConnection tracked = new TrackedConnection(
                link.shards().of(keys.heartbeat()),
                properties.cacheOf(properties.maximumSize()),
                keys,
                new TrackingReport(),
                new OneServer(keys, ordinary));
        link.connector().connect(failure -> {}).thenAccept(tracked::use);
        return tracked;
    }
}
