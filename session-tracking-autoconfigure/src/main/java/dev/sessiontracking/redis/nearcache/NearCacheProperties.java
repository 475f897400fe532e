package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.cache.NearCache;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The near cache.
 *
 * @param enabled Whether answers are kept in memory and taken back by the server's push. False: one command for every
 *     check.
 * @param maximumSize Most live sessions that a node keeps in memory. The server remembers as many for each node.
 * @param maxStaleness How long an answer may be trusted after the server was last proven to be reachable.
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
        if (maximumSize < 1 || maximumSize > LARGEST) {
            throw new SessionTrackingSetupException(
                    "The property session.tracking.near-cache.maximum-size is " + maximumSize
                            + ", but must be between 1 and " + LARGEST + ".",
                    "Set it to the number of sessions that are in use on one node, for example 100000, or turn"
                            + " the near cache off with session.tracking.near-cache.enabled=false.");
        }
        if (maxStaleness.compareTo(SHORTEST) < 0 || maxStaleness.compareTo(LONGEST) > 0) {
            throw new SessionTrackingSetupException(
                    "The property session.tracking.near-cache.max-staleness is " + maxStaleness
                            + ", but must be between 10 milliseconds and one minute.",
                    "Set session.tracking.near-cache.max-staleness to a short time, such as 500ms.");
        }
    }

    /** How much each may keep of several that keep to the bound together. */
    long shareOf(int sharers) {
        return Math.max(1, maximumSize / Math.max(1, sharers));
    }

    /** An empty cache. */
    NearCache cacheOf(long size) {
        return new NearCache(size, maxStaleness, System::nanoTime, Clock.systemUTC());
    }
}
