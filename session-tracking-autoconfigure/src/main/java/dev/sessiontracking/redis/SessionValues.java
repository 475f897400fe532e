// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the values of any number of sessions in one round trip. */
final class SessionValues {

    /** A command with more keys would block the server for too long. */
    static final int CHUNK = 256;

    private SessionValues() {}

    static @Nullable UserSession parsed(String sessionId, @Nullable String value) {
        return value == null ? null : new Value(sessionId, value).session().orElse(null);
    }

    /** The existing values. */
    static CompletionStage<List<Value>> read(RedisRequest commands, RedisKeys keys, List<String> ids) {
        return RedisRequest.all(chunks(ids).stream()
                        .map(chunk -> commands.values(
                                chunk.stream().map(keys::session).toList())))
                .thenApply(replies -> {
                    List<Value> values = new ArrayList<>();
                    int position = 0;
                    for (List<@Nullable String> reply : replies) {
                        for (@Nullable String text : reply) {
                            String id = ids.get(position++);
                            if (text != null) {
                                values.add(new Value(id, text));
                            }
                        }
                    }
                    return values;
                });
    }

    /** The sessions among these values. A session without an expiry in its value gets that of its key. */
    static CompletionStage<List<UserSession>> sessions(
            RedisRequest commands, RedisKeys keys, Clock clock, List<Value> values) {
        Stream<CompletionStage<Optional<UserSession>>> sessions = values.stream()
                .flatMap(value -> value.session().stream())
                .filter(session -> !SessionJson.isOver(session, clock.instant()))
                .map(session -> session.expiresAt().equals(SessionJson.NO_EXPIRY)
                        ? commands.pttl(keys.session(session.id()))
                                .thenApply(left -> withLifetime(session, left, clock))
                        : CompletableFuture.completedStage(Optional.of(session)));
        return RedisRequest.all(sessions)
                .thenApply(found -> found.stream().flatMap(Optional::stream).toList());
    }

    /** @param left what PTTL answers: -1 when the key never expires, -2 when there is none any more */
    private static Optional<UserSession> withLifetime(UserSession session, long left, Clock clock) {
        if (left < 0) {
            return left == -1 ? Optional.of(session) : Optional.empty();
        }
        return Optional.of(new UserSession(
                session.id(),
                session.userId(),
                session.metadata(),
                session.createdAt(),
                clock.instant().truncatedTo(ChronoUnit.MILLIS).plusMillis(left),
                session.maxExpiresAt(),
                session.lastUse(),
                true));
    }

    static List<List<String>> chunks(List<String> ids) {
        List<List<String>> chunks = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += CHUNK) {
            chunks.add(ids.subList(from, Math.min(from + CHUNK, ids.size())));
        }
        return chunks;
    }

    /** What a session key holds: a session, or what somebody has put in its place. */
    record Value(String sessionId, String json) {

        Optional<UserSession> session() {
            Optional<UserSession> session = SessionJson.read(sessionId, json);
            if (session.isEmpty()) {
                BrokenValues.warnOfSession(sessionId);
            }
            return session;
        }
    }
}
