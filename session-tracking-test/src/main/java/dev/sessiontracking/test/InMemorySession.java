// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stored session.
 *
 * @param generation that of its present refresh token
 * @param rotatedAt when that began
 */
record InMemorySession(UserSession session, long generation, Instant rotatedAt) {

    /** Stamped by the clock of the store. */
    static InMemorySession begun(UserSession session, Instant createdAt, Duration ttl, Instant now) {
        Instant max = session.maxExpiresAt();
        Instant last = max == null ? null : createdAt.plus(Duration.between(session.createdAt(), max));
        UserSession.LastUse login = new UserSession.LastUse(createdAt, session.metadata());
        return new InMemorySession(
                session.stored(createdAt, earlier(now.plus(ttl), last), last, login), 0, Instant.EPOCH);
    }

    boolean isLive(Instant now) {
        return session.expiresAt().isAfter(now);
    }

    /** What it means that this refresh presents a token that was rotated before; {@code null} if it was not. */
    Refreshed.@Nullable Result reuse(Refresh refresh, Instant now) {
        Long presented = refresh.generation();
        if (presented == null || presented >= generation) {
            return null;
        }
        boolean recent = now.isBefore(rotatedAt.plus(refresh.reuseInterval()));
        return recent && presented == generation - 1 ? Refreshed.Result.REPEATED : Refreshed.Result.REUSED;
    }

    InMemorySession renewed(Refresh refresh, Instant now) {
        Instant last = session.maxExpiresAt();
        if (last == null && refresh.maxLifetime() != null) {
            last = session.createdAt().plus(refresh.maxLifetime());
        }
        UserSession.LastUse use = new UserSession.LastUse(
                now,
                Objects.requireNonNullElse(refresh.metadata(), session.lastUse().metadata()));
        UserSession renewed = session.stored(session.createdAt(), earlier(now.plus(refresh.ttl()), last), last, use);
        Long presented = refresh.generation();
        return presented == null
                ? new InMemorySession(renewed, generation, rotatedAt)
                : new InMemorySession(renewed, presented + 1, now);
    }

    private static Instant earlier(Instant expiresAt, @Nullable Instant last) {
        return last == null || expiresAt.isBefore(last) ? expiresAt : last;
    }
}
