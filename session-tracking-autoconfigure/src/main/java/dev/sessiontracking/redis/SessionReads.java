// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.SessionValues.Value;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import io.lettuce.core.RedisException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads live sessions: one by its id, or those of a user. */
record SessionReads(RedisKeys keys, UserIndex index, Clock clock) {

    /**
     * Whether a reply to STRLEN means that there is a session. EXISTS would accept a key of another type.
     *
     * @throws SessionStoreUnavailableException if there was no answer
     */
    static boolean isSession(@Nullable Long length, @Nullable Throwable failure) {
        if (length == null && (failure == null || !RedisFailures.isWrongType(failure))) {
            throw RedisFailures.unavailable(failure == null ? new RedisException("no length") : failure);
        }
        return length != null && length > 0;
    }

    CompletionStage<Optional<UserSession>> find(RedisRequest commands, String sessionId) {
        return commands.text(keys.session(sessionId))
                .thenCompose(
                        value -> sessions(commands, value == null ? List.of() : List.of(new Value(sessionId, value))))
                .thenApply(sessions -> sessions.stream().findFirst());
    }

    /** As {@link #find}, whether or not it is past its maximum lifetime. */
    CompletionStage<Optional<UserSession>> stored(RedisRequest commands, String sessionId) {
        return commands.text(keys.session(sessionId))
                .thenApply(value -> Optional.ofNullable(SessionValues.parsed(sessionId, value)));
    }

    CompletionStage<List<UserSession>> ofUser(RedisRequest commands, String userId) {
        return newest(commands, userId, 0, new ArrayList<>());
    }

    /** Reads the index from its end until there are enough sessions, because entries may refer to ended sessions. */
    private CompletionStage<List<UserSession>> newest(
            RedisRequest commands, String userId, long skipped, List<UserSession> found) {
        return index.newest(commands, userId, skipped)
                .thenCompose(ids -> SessionValues.read(commands, keys, ids)
                        .thenCompose(values -> sessions(commands, values))
                        .thenCompose(sessions -> {
                            sessions.stream()
                                    .filter(session -> session.userId().equals(userId))
                                    .forEach(found::add);
                            return ids.size() < UserIndex.PAGE || found.size() >= SessionService.MAX_LISTED_SESSIONS
                                    ? CompletableFuture.completedFuture(found)
                                    : newest(commands, userId, skipped + ids.size(), found);
                        }));
    }

    /** The sessions among these values. A session without an expiry in its value gets that of its key. */
    private CompletionStage<List<UserSession>> sessions(RedisRequest commands, List<Value> values) {
        Stream<CompletionStage<Optional<UserSession>>> sessions = values.stream()
                .flatMap(value -> value.session().stream())
                .filter(session -> !SessionJson.isOver(session, clock.instant()))
                .map(session -> session.expiresAt().equals(SessionJson.NO_EXPIRY)
                        ? commands.pttl(keys.session(session.id())).thenApply(left -> withLifetime(session, left))
                        : CompletableFuture.completedStage(Optional.of(session)));
        return RedisRequest.all(sessions)
                .thenApply(found -> found.stream().flatMap(Optional::stream).toList());
    }

    /** @param left what PTTL answers: -1 when the key never expires, -2 when there is none any more */
    private Optional<UserSession> withLifetime(UserSession session, long left) {
        if (left < 0) {
            return left == -1 ? Optional.of(session) : Optional.empty();
        }
        Instant expiresAt = clock.instant().truncatedTo(ChronoUnit.MILLIS).plusMillis(left);
        return Optional.of(session.stored(session.createdAt(), expiresAt, session.maxExpiresAt(), session.lastUse()));
    }
}
