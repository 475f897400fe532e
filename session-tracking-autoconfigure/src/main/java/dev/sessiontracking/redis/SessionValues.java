// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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
