package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionJsonTests {

    private static final Instant CREATED = Instant.parse("2030-01-01T00:00:00.123Z");

    private static final Instant EXPIRES = Instant.parse("2030-01-08T00:00:00.123Z");

    private static final String REQUIRED =
            "\"userId\":\"alice\",\"createdAt\":\"" + CREATED + "\",\"expiresAt\":\"" + EXPIRES + "\"";

    private static final UserSession MINIMAL = session("alice", SessionMetadata.none());

    private static UserSession session(String userId, SessionMetadata metadata) {
        return new UserSession("id", userId, metadata, CREATED, EXPIRES, true);
    }

    @Test
    void isOneReadableObject() {
        assertThat(SessionJson.write(session("alice", SessionMetadata.of("203.0.113.7", "Firefox"))))
                .isEqualTo("{\"userId\":\"alice\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox\","
                        + "\"createdAt\":\"2030-01-01T00:00:00.123Z\",\"expiresAt\":\"2030-01-08T00:00:00.123Z\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "\"",
                "\\",
                "\"}{\"",
                "','",
                "日本語",
                "😀",
                "</script>",
                "\\u0000",
                "%00",
                "a b",
                "\u00a0",
                "\",\"userId\":\"bob"
            })
    void whatIsWrittenIsRead(String hostile) {
        UserSession session = session(hostile, SessionMetadata.of(hostile, hostile + "😀"));
        assertThat(SessionJson.read("id", SessionJson.write(session))).contains(session);
    }

    @Test
    void longestValuesAreRead() {
        UserSession session = session("u".repeat(256), SessionMetadata.of("1".repeat(64), "\"".repeat(512)));
        assertThat(SessionJson.read("id", SessionJson.write(session))).contains(session);
    }

    @Test
    void idIsThatOfTheKey() {
        assertThat(SessionJson.read("key", "{\"id\":\"other\"," + REQUIRED + "}"))
                .map(UserSession::id)
                .contains("key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"later\":\"text\"",
                "\"later\":1",
                "\"later\":null",
                "\"later\":true",
                "\"later\":{\"userId\":\"bob\",\"deep\":[{}]}",
                "\"later\":[1,[2,{\"createdAt\":\"x\"}]]",
                "\"ip\":null",
                "\"ip\":5",
                "\"ip\":{\"v4\":\"1.2.3.4\"}"
            })
    void fieldsOfALaterVersionAreSkipped(String field) {
        assertThat(SessionJson.read("id", "{" + field + "," + REQUIRED + "}")).contains(MINIMAL);
        assertThat(SessionJson.read("id", "{" + REQUIRED + "," + field + "}")).contains(MINIMAL);
    }

    @Test
    void spaceDoesNotMatter() {
        assertThat(SessionJson.read("id", " {\n" + REQUIRED.replace(",", " ,\n ") + "\n} "))
                .contains(MINIMAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "42",
                "\"text\"",
                "[]",
                "{}",
                "{",
                "}",
                "not json",
                "{\"userId\":\"alice\"}",
                "{\"userId\":\"alice\",\"createdAt\":\"2030-01-01T00:00:00Z\"}",
                "{\"userId\":null,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":5,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":[\"a\"],\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":\"alice\",\"createdAt\":\"yesterday\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":\"alice\",\"createdAt\":1893456000000,\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":\"alice\",\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"",
                "{\"userId\":\"alice,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{userId:\"alice\",\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":\"alice\",\"createdAt\":\"+9999999999-01-01T00:00:00Z\",\"expiresAt\":\"x\"}"
            })
    void anythingElseIsNoSession(String text) {
        assertThat(SessionJson.read("id", text)).isEmpty();
    }

    @Test
    void deepNestingIsNoSessionAndNoOverflow() {
        String deep = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
        assertThat(SessionJson.read("id", deep)).isEmpty();
        assertThat(SessionJson.read("id", "[".repeat(100_000))).isEmpty();
        assertThat(SessionJson.read("id", "{\"later\":" + "[".repeat(100_000))).isEmpty();
    }

    @Test
    void hugeNumberIsNoSessionOrSkipped() {
        String huge = "9".repeat(100_000);
        assertThat(SessionJson.read("id", "{\"later\":" + huge + "}")).isEmpty();
        assertThat(SessionJson.read("id", "{\"userId\":" + huge + "," + REQUIRED))
                .isEmpty();
        assertThat(SessionJson.read("id", "{\"later\":1e999999999," + REQUIRED + "}"))
                .contains(MINIMAL);
    }

    @Test
    void controlCharactersInAValueAreCleaned() {
        assertThat(SessionJson.read("id", "{\"userAgent\":\"a\\u0000\\u202eb\"," + REQUIRED + "}"))
                .map(session -> session.metadata().userAgent())
                .contains("ab");
    }
}
