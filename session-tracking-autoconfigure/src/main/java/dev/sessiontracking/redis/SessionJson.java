package dev.sessiontracking.redis;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
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
 * The value of a session key: one JSON object that a person can read in {@code redis-cli}. Fields that a later version
 * adds are skipped, so that versions can run side by side.
 */
final class SessionJson {

    private static final String USER_ID = "userId";

    private static final String IP = "ip";

    private static final String USER_AGENT = "userAgent";

    private static final String CREATED_AT = "createdAt";

    private static final String EXPIRES_AT = "expiresAt";

    private static final JsonFactory JSON = new JsonFactory();

    private SessionJson() {}

    static String write(UserSession session) {
        StringWriter json = new StringWriter(256);
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), json)) {
            generator.writeStartObject();
            generator.writeStringProperty(USER_ID, session.userId());
            writeIfPresent(generator, IP, session.metadata().ip());
            writeIfPresent(generator, USER_AGENT, session.metadata().userAgent());
            generator.writeStringProperty(CREATED_AT, session.createdAt().toString());
            generator.writeStringProperty(EXPIRES_AT, session.expiresAt().toString());
            generator.writeEndObject();
        }
        return json.toString();
    }

    private static void writeIfPresent(JsonGenerator generator, String name, @Nullable String value) {
        if (value != null) {
            generator.writeStringProperty(name, value);
        }
    }

    /** The session, or empty when somebody has put something else there. */
    static Optional<UserSession> read(String sessionId, String json) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Fields fields = new Fields();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.take(name, parser);
            }
            return fields.session(sessionId);
        } catch (JacksonException | DateTimeException broken) {
            return Optional.empty();
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
            if (!parser.currentToken().isScalarValue()) {
                parser.skipChildren();
                return;
            }
            String value = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
            switch (name) {
                case USER_ID -> userId = value;
                case IP -> ip = value;
                case USER_AGENT -> userAgent = value;
                case CREATED_AT -> createdAt = instant(value);
                case EXPIRES_AT -> expiresAt = instant(value);
                default -> {
                    // a later version's field
                }
            }
        }

        private static @Nullable Instant instant(@Nullable String value) {
            return value == null ? null : Instant.parse(value);
        }

        Optional<UserSession> session(String sessionId) {
            if (userId == null || createdAt == null || expiresAt == null) {
                return Optional.empty();
            }
            return Optional.of(
                    new UserSession(sessionId, userId, SessionMetadata.of(ip, userAgent), createdAt, expiresAt, true));
        }
    }
}
