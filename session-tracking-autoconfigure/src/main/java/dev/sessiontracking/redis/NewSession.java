// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.SessionJson;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A session that is to be written. The server stamps it: its own times only say how long it lives.
 *
 * @param ttl how long the server keeps it
 * @param undated its value without the times
 */
record NewSession(RedisRequest commands, UserSession session, Duration ttl, String undated) {

    /** With a nonce: an attempt that is repeated recognizes its own session, and takes no other for it. */
    static NewSession of(RedisRequest commands, UserSession session, Duration ttl) {
        int nonce = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        String undated = SessionJson.writeUndated(session, Integer.toString(nonce, Character.MAX_RADIX));
        return new NewSession(commands, session, ttl, undated);
    }

    String id() {
        return session.id();
    }

    String userId() {
        return session.userId();
    }

    /** How its value begins, whatever its times are. */
    String beginning() {
        return undated.substring(0, undated.length() - 1);
    }

    /** Its value with these times, as the server writes it. */
    String dated(UserSession stamped) {
        return beginning() + ",\"createdAt\":\"" + stamped.createdAt() + "\",\"expiresAt\":\""
                + stamped.expiresAt()
                + (stamped.maxExpiresAt() == null ? "" : "\",\"maxExpiresAt\":\"" + stamped.maxExpiresAt())
                + "\"}";
    }

    /** How long it lives at most, if there is a limit: its length counts, because the server says when it begins. */
    @Nullable
    Long longest() {
        Instant end = session.maxExpiresAt();
        return end == null
                ? null
                : (Long) Duration.between(session.createdAt(), end).toMillis();
    }

    /** The session with times of the server, in milliseconds. */
    UserSession stamped(long began, long now) {
        Instant createdAt = Instant.ofEpochMilli(began);
        Long longest = longest();
        return session.stored(
                createdAt,
                Instant.ofEpochMilli(now).plusMillis(ttl.toMillis()),
                longest == null ? null : createdAt.plusMillis(longest),
                new UserSession.LastUse(createdAt, session.metadata()));
    }
}
