package dev.sessiontracking.redis;

import dev.sessiontracking.UserSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the values of many sessions in one round trip, whatever their number. */
final class SessionValues {

    /** One command for more would occupy the server for longer than others should wait. */
    static final int CHUNK = 256;

    private SessionValues() {}

    /** The values that are there. */
    static CompletionStage<List<Value>> read(RedisRequest commands, RedisKeys keys, List<String> ids) {
        List<CompletableFuture<List<@Nullable String>>> replies = chunks(ids).stream()
                .map(chunk -> commands.values(chunk.stream().map(keys::session).toList())
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    List<Value> values = new ArrayList<>();
                    int position = 0;
                    for (CompletableFuture<List<@Nullable String>> reply : replies) {
                        for (@Nullable String text : reply.join()) {
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
