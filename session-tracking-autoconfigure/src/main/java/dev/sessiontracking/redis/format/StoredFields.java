// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The fields of a session value that were read so far. Not thread-safe. */
final class StoredFields {

    /** Texts and times by their names; {@code null} for a value that is none. */
    private final Map<String, @Nullable Object> values = new HashMap<>();

    /** Of a repeated field, the last one counts. Fields of other writers and of later versions are skipped. */
    void take(String name, JsonParser parser) {
        switch (name) {
            case SessionJson.USER_ID -> values.put(name, userId(parser));
            case SessionJson.IP,
                    SessionJson.USER_AGENT,
                    SessionJson.LAST_IP,
                    SessionJson.LAST_USER_AGENT,
                    SessionJson.ROTATION -> values.put(name, text(parser));
            case SessionJson.CREATED_AT,
                    SessionJson.EXPIRES_AT,
                    SessionJson.MAX_EXPIRES_AT,
                    SessionJson.LAST_USED_AT,
                    SessionJson.ENDED_UNTIL -> values.put(name, time(parser));
            default -> {}
        }
    }

    @Nullable
    String rotation() {
        return text(SessionJson.ROTATION);
    }

    Instant endedUntil() {
        return time(SessionJson.ENDED_UNTIL, Instant.EPOCH);
    }

    private @Nullable String text(String name) {
        return (String) values.get(name);
    }

    private Instant time(String name, Instant otherwise) {
        return Objects.requireNonNullElse((Instant) values.get(name), otherwise);
    }

    private static @Nullable String userId(JsonParser parser) {
        String id = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                ? parser.getBigIntegerValue().toString()
                : text(parser);
        return id != null && SessionIds.isUsableUserId(id) ? id : null;
    }

    private static @Nullable String text(JsonParser parser) {
        return parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
    }

    private static @Nullable Instant time(JsonParser parser) {
        JsonToken token = parser.currentToken();
        return token == JsonToken.VALUE_STRING || token.isNumeric() ? StoredTime.read(parser.getString()) : null;
    }

    Optional<UserSession> session(String sessionId) {
        String userId = text(SessionJson.USER_ID);
        if (userId == null) {
            return Optional.empty();
        }
        Instant began = time(SessionJson.CREATED_AT, Instant.EPOCH);
        String lastIp = values.containsKey(SessionJson.LAST_IP) ? SessionJson.LAST_IP : SessionJson.IP;
        String lastAgent =
                values.containsKey(SessionJson.LAST_USER_AGENT) ? SessionJson.LAST_USER_AGENT : SessionJson.USER_AGENT;
        return Optional.of(new UserSession(
                sessionId,
                userId,
                SessionMetadata.of(text(SessionJson.IP), text(SessionJson.USER_AGENT)),
                began,
                time(SessionJson.EXPIRES_AT, SessionJson.NO_EXPIRY),
                (Instant) values.get(SessionJson.MAX_EXPIRES_AT),
                new UserSession.LastUse(
                        time(SessionJson.LAST_USED_AT, began), SessionMetadata.of(text(lastIp), text(lastAgent))),
                true));
    }
}
