// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.redis.connection.ClusterShards;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.format.RedisKeys;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens the connections on which the masters send invalidations. */
public final class NearCaches {

    private NearCaches() {}

    /**
     * Opens them for the current and future masters of a link.
     *
     * @param feedRetention how long an entry of the revocation feed can matter, or {@code null} without a feed
     * @param ordinary looks a session up without caching the reply
     */
    public static CachingReader over(
            RedisLink link,
            RedisKeys keys,
            NearCacheProperties properties,
            @Nullable Duration feedRetention,
            Function<String, CompletionStage<Boolean>> ordinary) {
        FeedReader feed = new FeedReader(keys.revocations(), feedRetention, Clock.systemUTC());
        if (link.shards() instanceof ClusterShards cluster) {
            ClusterNearCaches tracked =
                    new ClusterNearCaches(link.connector(), cluster, keys, properties, feed, ordinary);
            tracked.start();
            return tracked;
        }
        InvalidationConnection tracked = new InvalidationConnection(
                link.shards().of(keys.heartbeat()),
                properties.cacheOf(properties.maximumSize()),
                keys,
                new NearCacheStatusLog(),
                new SingleServerContext(keys, ordinary),
                feed);
        link.connector().connect(failure -> {}).thenAccept(tracked::use);
        return tracked;
    }
}
