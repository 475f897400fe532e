// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.isBetween;
import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.require;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.format.UserIndexType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The Redis server that stores the sessions, and the connections to it.
 *
 * @param redisUrl URL of Redis, such as redis://user:password@host:6379/0, or rediss:// for TLS. Enables session
 *     tracking. An empty value is the same as no value.
 * @param keyPrefix Prefix of every key, for applications that share a server.
 * @param connectTimeout Maximum time to wait for a connection to Redis.
 * @param commandTimeout Maximum time to wait for a reply from Redis. A command without a reply is sent once more, so a
 *     request waits at most twice this time.
 * @param userIndexType Type of the index of a user whose index does not exist yet. An existing index keeps its type.
 *     Set this to set if another service keeps the indexes as sets.
 */
@ConfigurationProperties("session.tracking")
public record RedisProperties(
        @Nullable String redisUrl,
        @DefaultValue("") String keyPrefix,
        @DefaultValue("500ms") Duration connectTimeout,
        @DefaultValue("250ms") Duration commandTimeout,
        @DefaultValue("zset") UserIndexType userIndexType) {

    private static final int MAX_PREFIX_LENGTH = 128;

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);

    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);

    public RedisProperties {
        if (keyPrefix.length() > MAX_PREFIX_LENGTH || keyPrefix.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            throw new SessionTrackingSetupException(
                    "The property session.tracking.key-prefix must have at most " + MAX_PREFIX_LENGTH
                            + " characters of visible ASCII.",
                    "Set session.tracking.key-prefix to a short prefix, such as shop:, or remove it.");
        }
        requireTimeout("session.tracking.connect-timeout", connectTimeout, "500ms");
        requireTimeout("session.tracking.command-timeout", commandTimeout, "250ms");
    }

    private static void requireTimeout(String property, Duration value, String example) {
        require(
                isBetween(SHORTEST_TIMEOUT, value, LONGEST_TIMEOUT),
                property,
                value,
                "between 1 millisecond and 60 seconds",
                "Set " + property + " to a short time, such as " + example + ".");
    }

    /** Without the URL, which may hold a password. */
    @Override
    public String toString() {
        return "RedisProperties[keyPrefix=" + keyPrefix + ", connectTimeout=" + connectTimeout + ", commandTimeout="
                + commandTimeout + ", userIndexType=" + userIndexType + "]";
    }
}
