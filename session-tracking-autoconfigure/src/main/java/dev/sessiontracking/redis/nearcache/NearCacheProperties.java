// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.isBetween;
import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.require;

import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The near cache.
 *
 * @param enabled Whether checks are cached in memory and invalidated by Redis. False: one command for each check.
 * @param maximumSize Maximum number of live sessions in the cache of a node. Redis remembers as many keys for each
 *     node.
 * @param maxStaleness How long a cached answer is trusted after the last reply from Redis.
 */
@ConfigurationProperties("session.tracking.near-cache")
public record NearCacheProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("100000") long maximumSize,
        @DefaultValue("500ms") Duration maxStaleness) {

    private static final long LARGEST = 100_000_000;

    private static final Duration SHORTEST = Duration.ofMillis(10);

    private static final Duration LONGEST = Duration.ofMinutes(1);

    public NearCacheProperties {
        require(
                isBetween(1L, maximumSize, LARGEST),
                "session.tracking.near-cache.maximum-size",
                maximumSize,
                "between 1 and " + LARGEST,
                "Set it to the number of sessions that are in use on one node, for example 100000, or turn the near cache"
                        + " off with session.tracking.near-cache.enabled=false.");
        require(
                isBetween(SHORTEST, maxStaleness, LONGEST),
                "session.tracking.near-cache.max-staleness",
                maxStaleness,
                "between 10 milliseconds and one minute",
                "Set session.tracking.near-cache.max-staleness to a short time, such as 500ms.");
    }

    /** The maximum size of one of several caches that share the limit. */
    long shareOf(int sharers) {
        return Math.max(1, maximumSize / Math.max(1, sharers));
    }

    /** An empty cache. */
    NearCache cacheOf(long size) {
        return new NearCache(size, maxStaleness, System::nanoTime, Clock.systemUTC());
    }
}
