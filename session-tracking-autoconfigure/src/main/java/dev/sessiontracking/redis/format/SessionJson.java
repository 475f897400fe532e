// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import java.io.StringWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * The value of a session key: one JSON object that a person can read in {@code redis-cli}. Fields of other writers and
 * of later versions are skipped when it is read and kept when it is renewed, so that they can run side by side.
 */
public final class SessionJson {

    /** The expiry of a session without one in its value. */
    public static final Instant NO_EXPIRY = Instant.parse("9999-12-31T23:59:59.999Z");

    /** A longer value is not read, because a renewal would transfer it four times. */
    static final int LONGEST = 1 << 20;

    static final String USER_ID = "userId";

    static final String IP = "ip";

    static final String USER_AGENT = "userAgent";

    static final String CREATED_AT = "createdAt";

    static final String EXPIRES_AT = "expiresAt";

    static final String MAX_EXPIRES_AT = "maxExpiresAt";

    static final String LAST_USED_AT = "lastUsedAt";

    static final String LAST_IP = "lastIp";

    static final String LAST_USER_AGENT = "lastUserAgent";

    static final String ROTATION = "rotation";

    static final String ENDED_UNTIL = "endedUntil";

    static final String NONCE = "n";

    private static final JsonFactory JSON = new JsonFactory();

    private SessionJson() {}

    /** Whether a session is past its maximum lifetime, although a version without this field has renewed it. */
    public static boolean isOver(UserSession session, Instant now) {
        return session.maxExpiresAt() != null && !now.isBefore(session.maxExpiresAt());
    }

    /**
     * A new session without its times, which the server fills in.
     *
     * @param nonce distinguishes attempts to create a session; it is never read
     */
    public static String writeUndated(UserSession session, String nonce) {
        StringWriter json = new StringWriter(256);
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), json)) {
            generator.writeStartObject();
            generator.writeStringProperty(USER_ID, session.userId());
            writeIfPresent(generator, IP, session.metadata().ip());
            writeIfPresent(generator, USER_AGENT, session.metadata().userAgent());
            generator.writeStringProperty(NONCE, nonce);
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
     * Reads a session, also as other writers represent it: times as {@link StoredTime} reads them, and an integer as
     * user id. Without a readable {@code createdAt}, the session began at {@link Instant#EPOCH}, so that every
     * revocation of its user covers it; without a readable {@code expiresAt}, it ends at {@link #NO_EXPIRY}. It never
     * ends later than its {@code maxExpiresAt}, whatever a version that does not know this field has written. Of a
     * repeated field, the last one counts.
     *
     * @return empty when the text is no JSON object with a user id, or longer than {@value #LONGEST} characters
     */
    public static Optional<UserSession> read(String sessionId, String json) {
        return fields(json).flatMap(fields -> fields.session(sessionId));
    }

    /** How often the refresh tokens of a session were rotated; never, unless the text says so. */
    public static Rotation rotation(String json) {
        return fields(json).map(fields -> Rotation.parse(fields.rotation())).orElse(Rotation.NEVER);
    }

    /** Until which time of authentication an identity provider's tokens of this session are rejected; 1970 for none. */
    public static Instant endedUntil(String json) {
        return json.contains(ENDED_UNTIL)
                ? fields(json).map(StoredFields::endedUntil).orElse(Instant.EPOCH)
                : Instant.EPOCH;
    }

    private static Optional<StoredFields> fields(String json) {
        if (json.length() > LONGEST) {
            return Optional.empty();
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            StoredFields fields = new StoredFields();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.take(name, parser);
                parser.skipChildren();
            }
            return Optional.of(fields);
        } catch (JacksonException broken) {
            return Optional.empty();
        }
    }

    /**
     * Gives a session another expiry. All else stays as it is, character by character: the fields of other writers and
     * of later versions, their order, and the spaces between them. The new expiry is represented as the old one was,
     * and is added as ISO 8601 text where there was none.
     *
     * @param json a text that {@link #read} accepts
     */
    public static String renew(String json, Instant expiresAt) {
        return change(json, Map.of(EXPIRES_AT, expiresAt));
    }

    /**
     * Renews a session as {@link #renew(String, Instant)} does, and notes its use.
     *
     * @param before the result of {@link #read} for the text
     * @param after the session after the renewal
     * @param rotation the state of the refresh tokens, or {@code null} to leave it as it is
     */
    public static String renew(String json, UserSession before, UserSession after, @Nullable Rotation rotation) {
        Map<String, @Nullable Object> changes = new LinkedHashMap<>();
        changes.put(EXPIRES_AT, after.expiresAt());
        changes.put(LAST_USED_AT, after.lastUse().at());
        if (before.maxExpiresAt() == null && after.maxExpiresAt() != null) {
            changes.put(MAX_EXPIRES_AT, after.maxExpiresAt());
        }
        SessionMetadata known = before.lastUse().metadata();
        SessionMetadata current = after.lastUse().metadata();
        if (!Objects.equals(known.ip(), current.ip())) {
            changes.put(LAST_IP, current.ip());
        }
        if (!Objects.equals(known.userAgent(), current.userAgent())) {
            changes.put(LAST_USER_AGENT, current.userAgent());
        }
        if (rotation != null) {
            changes.put(ROTATION, rotation.text());
        }
        return change(json, changes);
    }

    /** @param changes new values of top-level fields: times, texts, or {@code null} */
    private static String change(String json, Map<String, @Nullable Object> changes) {
        StringBuilder changed = new StringBuilder(json.length() + 256);
        Set<String> missing = new LinkedHashSet<>(changes.keySet());
        int copied = 0;
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                boolean isChanged = changes.containsKey(name);
                missing.remove(name);
                JsonToken token = parser.nextToken();
                if (isChanged && token.isScalarValue()) {
                    int begin = (int) parser.currentTokenLocation().getCharOffset();
                    changed.append(json, copied, begin)
                            .append(literal(changes.get(name), token.isNumeric(), parser.getString()));
                    copied = (int) parser.currentLocation().getCharOffset();
                } else {
                    parser.skipChildren();
                }
            }
            int end = (int) parser.currentTokenLocation().getCharOffset();
            changed.append(json, copied, end);
            for (String name : missing) {
                changed.append(",\"").append(name).append("\":").append(literal(changes.get(name), false, ""));
            }
            return changed.append(json, end, json.length()).toString();
        }
    }

    private static String literal(@Nullable Object value, boolean wasNumber, String previous) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Instant time) {
            String text = StoredTime.write(time, previous);
            return wasNumber ? text : '"' + text + '"';
        }
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsCharArray((String) value)) + '"';
    }

    /**
     * How often the refresh tokens of a session were rotated.
     *
     * @param generation of the current refresh token; 0 is the one of the login
     * @param millis when it became the current one, by the server's clock
     */
    public record Rotation(long generation, long millis) {

        static final Rotation NEVER = new Rotation(0, 0);

        private static final Pattern TEXT = Pattern.compile("(\\d{1,18})@(\\d{1,18})");

        /** Unreadable text counts as missing. Then the next token is accepted as the current one. */
        static Rotation parse(@Nullable String text) {
            Matcher found = TEXT.matcher(text == null ? "" : text);
            return found.matches()
                    ? new Rotation(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)))
                    : NEVER;
        }

        String text() {
            return generation + "@" + millis;
        }
    }
}
