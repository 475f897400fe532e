package dev.sessiontracking.redis;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.UserIds;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The value of a session key: one JSON object that a person can read in {@code redis-cli}. Fields of other writers and of
 * later versions are skipped when it is read and kept when it is renewed, so that they can run side by side.
 */
final class SessionJson {

    /** When a session ends whose value does not say so. */
    static final Instant NO_EXPIRY = Instant.parse("9999-12-31T23:59:59.999Z");

    /** A longer value is not read: renewing it would send it over the network four times. */
    static final int LONGEST = 1 << 20;

    private static final String USER_ID = "userId";

    private static final String IP = "ip";

    private static final String USER_AGENT = "userAgent";

    private static final String CREATED_AT = "createdAt";

    private static final String EXPIRES_AT = "expiresAt";

    private static final String NONCE = "n";

    private static final JsonFactory JSON = new JsonFactory();

    private SessionJson() {}

    static String write(UserSession session) {
        return write(session, true, null);
    }

    /**
     * Without its times, which the server fills in.
     *
     * @param nonce tells one attempt to create a session from another; nobody reads it
     */
    static String writeUndated(UserSession session, String nonce) {
        return write(session, false, nonce);
    }

    private static String write(UserSession session, boolean isDated, @Nullable String nonce) {
        StringWriter json = new StringWriter(256);
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), json)) {
            generator.writeStartObject();
            generator.writeStringProperty(USER_ID, session.userId());
            writeIfPresent(generator, IP, session.metadata().ip());
            writeIfPresent(generator, USER_AGENT, session.metadata().userAgent());
            writeIfPresent(generator, NONCE, nonce);
            if (isDated) {
                generator.writeStringProperty(CREATED_AT, session.createdAt().toString());
                generator.writeStringProperty(EXPIRES_AT, session.expiresAt().toString());
            }
            generator.writeEndObject();
        }
        return json.toString();
    }

    private static void writeIfPresent(JsonGenerator generator, String name, @Nullable String value) {
        if (value != null) {
            generator.writeStringProperty(name, value);
        }
    }

    /**
     * Reads a session, also as other writers represent it: times as {@link StoredTime} reads them, and an integer as user
     * id. Without a readable {@code createdAt}, the session began at {@link Instant#EPOCH}, so that every revocation of its
     * user covers it; without a readable {@code expiresAt}, it ends at {@link #NO_EXPIRY}. Of a repeated field, the last
     * one counts.
     *
     * @return empty when the text is no JSON object with a user id, or longer than {@value #LONGEST} characters
     */
    static Optional<UserSession> read(String sessionId, String json) {
        if (json.length() > LONGEST) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Fields fields = new Fields();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.take(name, parser);
                parser.skipChildren();
            }
            return fields.session(sessionId);
        } catch (JacksonException broken) {
            return Optional.empty();
        }
    }

    /**
     * Gives a session another expiry. All else stays as it is, character by character: the fields of other writers and of
     * later versions, their order, and the spaces between them. The new expiry is represented as the old one was, and is
     * added as ISO 8601 text where there was none.
     *
     * @param json a text that {@link #read} accepts
     */
    static String renew(String json, Instant expiresAt) {
        StringBuilder renewed = new StringBuilder(json.length() + EXPIRES_AT.length() + 32);
        int copied = 0;
        boolean hasExpiry = false;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean isExpiry = parser.currentName().equals(EXPIRES_AT);
                hasExpiry |= isExpiry;
                JsonToken token = parser.nextToken();
                if (isExpiry && token.isScalarValue()) {
                    int begin = (int) parser.currentTokenLocation().getCharOffset();
                    String time = StoredTime.write(expiresAt, parser.getString());
                    renewed.append(json, copied, begin).append(token.isNumeric() ? time : '"' + time + '"');
                    copied = (int) parser.currentLocation().getCharOffset();
                } else {
                    parser.skipChildren();
                }
            }
            int end = (int) parser.currentTokenLocation().getCharOffset();
            renewed.append(json, copied, end);
            if (!hasExpiry) {
                renewed.append(",\"" + EXPIRES_AT + "\":\"").append(expiresAt).append('"');
            }
            return renewed.append(json, end, json.length()).toString();
        }
    }

    /** What was read so far. */
    private static final class Fields {

        private @Nullable String userId;

        private @Nullable String ip;

        private @Nullable String userAgent;

        private @Nullable Instant createdAt;

        private @Nullable Instant expiresAt;

        void take(String name, JsonParser parser) {
            switch (name) {
                case USER_ID -> userId = userId(parser);
                case IP -> ip = text(parser);
                case USER_AGENT -> userAgent = text(parser);
                case CREATED_AT -> createdAt = time(parser);
                case EXPIRES_AT -> expiresAt = time(parser);
                default -> {
                    // another writer's field, or a later version's
                }
            }
        }

        private static @Nullable String userId(JsonParser parser) {
            String id = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    ? parser.getBigIntegerValue().toString()
                    : text(parser);
            return id != null && UserIds.isUsable(id) ? id : null;
        }

        private static @Nullable String text(JsonParser parser) {
            return parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
        }

        private static @Nullable Instant time(JsonParser parser) {
            JsonToken token = parser.currentToken();
            return token == JsonToken.VALUE_STRING || token.isNumeric() ? StoredTime.read(parser.getString()) : null;
        }

        Optional<UserSession> session(String sessionId) {
            return userId == null
                    ? Optional.empty()
                    : Optional.of(new UserSession(
                            sessionId,
                            userId,
                            SessionMetadata.of(ip, userAgent),
                            Objects.requireNonNullElse(createdAt, Instant.EPOCH),
                            Objects.requireNonNullElse(expiresAt, NO_EXPIRY),
                            true));
        }
    }
}
