// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long sessions live.
 *
 * @param ttl after the creation or the last renewal
 * @param max at most since the creation, or {@code null} without such a limit
 * @param reuseInterval how long after a rotation the previous refresh token gets the same successor
 */
public record Lifetimes(Duration ttl, @Nullable Duration max, Duration reuseInterval) {

    private static final Duration REUSE_INTERVAL = Duration.ofSeconds(10);

    /** Without an absolute limit. */
    public static Lifetimes of(Duration ttl) {
        return new Lifetimes(ttl, null, REUSE_INTERVAL);
    }

    /** A session whose renewal is due at {@code now} plus the lifetime, and which ends {@code max} after its creation. */
    UserSession begin(
            String id,
            String userId,
            SessionMetadata metadata,
            Instant createdAt,
            Instant now,
            @Nullable Instant maxExpiresAt) {
        return new UserSession(
                id,
                userId,
                metadata,
                createdAt,
                now.truncatedTo(ChronoUnit.MILLIS).plus(ttl),
                maxExpiresAt,
                new UserSession.LastUse(createdAt, metadata),
                true);
    }

    /** When a session of this creation ends at the latest. */
    @Nullable
    Instant end(Instant createdAt) {
        return end(createdAt, max);
    }

    static @Nullable Instant end(Instant createdAt, @Nullable Duration max) {
        return max == null ? null : createdAt.plusMillis(max.toMillis());
    }
}
