package dev.sessiontracking.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The sorted set that lists a user's sessions. It may list sessions that are gone; it must never fail to list one that
 * lives.
 */
final class UserIndex {

    /** The answer of {@link #add} when the entry was there before. */
    static final long WAS_THERE = 0;

    private static final long REPLACED_ANOTHER_TYPE = 2;

    /**
     * How much longer an entry lives than its session. The two are written by two commands, and the session's may be
     * carried out later: it must never be the one that is left.
     */
    private static final Duration LIVES_ON = Duration.ofMinutes(1);

    private final RedisKeys keys;

    UserIndex(RedisKeys keys) {
        this.keys = keys;
    }

    /** Adds an entry or moves its expiry further; drops what has expired, by the server's clock. */
    CompletionStage<Long> add(RedisRequest commands, String userId, String sessionId, Duration ttl) {
        return RedisScript.INDEX
                .run(
                        commands,
                        keys.userSessions(userId),
                        sessionId,
                        String.valueOf(ttl.plus(LIVES_ON).toMillis()))
                .thenApply(answer -> {
                    if (answer == REPLACED_ANOTHER_TYPE) {
                        BrokenValues.warnOfIndex(userId);
                    }
                    return answer;
                });
    }

    /** All entries, those of sessions that are gone included. */
    CompletionStage<List<String>> members(RedisRequest commands, String userId) {
        return commands.zrange(keys.userSessions(userId), 0, -1).handle((members, failure) -> {
            if (failure == null) {
                return members;
            }
            if (RedisFailures.isWrongType(failure)) {
                BrokenValues.warnOfIndex(userId);
                return List.of();
            }
            throw RedisFailures.unavailable(failure);
        });
    }

    CompletionStage<?> remove(RedisRequest commands, String userId, Collection<String> sessionIds) {
        return sessionIds.isEmpty()
                ? CompletableFuture.completedFuture(0L)
                : commands.zrem(keys.userSessions(userId), sessionIds.toArray(String[]::new));
    }
}
