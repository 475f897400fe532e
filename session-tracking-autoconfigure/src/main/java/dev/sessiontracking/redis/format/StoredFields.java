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

    private @Nullable String userId;

    private @Nullable String ip;

    private @Nullable String userAgent;

    private @Nullable Instant createdAt;

    private @Nullable Instant expiresAt;

    private @Nullable Instant maxExpiresAt;

    private @Nullable Instant lastUsedAt;

    /** Where it was last used from, as far as that differs from the login. */
    private final Map<String, @Nullable String> last = new HashMap<>();

    private @Nullable String rotation;

    private Instant endedUntil = Instant.EPOCH;

    void take(String name, JsonParser parser) {
        switch (name) {
            case SessionJson.USER_ID -> userId = userId(parser);
            case SessionJson.IP -> ip = text(parser);
            case SessionJson.USER_AGENT -> userAgent = text(parser);
            case SessionJson.CREATED_AT -> createdAt = time(parser);
            case SessionJson.EXPIRES_AT -> expiresAt = time(parser);
            case SessionJson.MAX_EXPIRES_AT -> maxExpiresAt = time(parser);
            case SessionJson.LAST_USED_AT -> lastUsedAt = time(parser);
            case SessionJson.LAST_IP, SessionJson.LAST_USER_AGENT -> last.put(name, text(parser));
            case SessionJson.ROTATION -> rotation = text(parser);
            case SessionJson.ENDED_UNTIL -> endedUntil = Objects.requireNonNullElse(time(parser), Instant.EPOCH);
            default -> {
                // another writer's field, or a later version's
            }
        }
    }

    @Nullable
    String rotation() {
        return rotation;
    }

    Instant endedUntil() {
        return endedUntil;
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
        if (userId == null) {
            return Optional.empty();
        }
        Instant began = Objects.requireNonNullElse(createdAt, Instant.EPOCH);
        return Optional.of(new UserSession(
                sessionId,
                userId,
                SessionMetadata.of(ip, userAgent),
                began,
                Objects.requireNonNullElse(expiresAt, SessionJson.NO_EXPIRY),
                maxExpiresAt,
                new UserSession.LastUse(
                        Objects.requireNonNullElse(lastUsedAt, began),
                        SessionMetadata.of(
                                last(SessionJson.LAST_IP, ip), last(SessionJson.LAST_USER_AGENT, userAgent))),
                true));
    }

    private @Nullable String last(String name, @Nullable String first) {
        return last.containsKey(name) ? last.get(name) : first;
    }
}
