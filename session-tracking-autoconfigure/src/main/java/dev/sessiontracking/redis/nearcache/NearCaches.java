// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.redis.connection.ClusterShards;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.format.RedisKeys;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Opens the connections on which the masters send invalidations. */
public final class NearCaches {

    private NearCaches() {}

    /**
     * Opens them for the current and future masters of a link.
     *
     * @param ordinary looks a session up without caching the reply
     */
    public static CachingReader over(
            RedisLink link,
            RedisKeys keys,
            NearCacheProperties properties,
            Function<String, CompletionStage<Boolean>> ordinary) {
        if (link.shards() instanceof ClusterShards cluster) {
            ClusterNearCaches tracked = new ClusterNearCaches(link.connector(), cluster, keys, properties, ordinary);
            tracked.start();
            return tracked;
        }
        InvalidationConnection tracked = new InvalidationConnection(
                link.shards().of(keys.heartbeat()),
                properties.cacheOf(properties.maximumSize()),
                keys,
                new NearCacheStatusLog(),
                new SingleServerContext(keys, ordinary));
        link.connector().connect(failure -> {}).thenAccept(tracked::use);
        return tracked;
    }
}
