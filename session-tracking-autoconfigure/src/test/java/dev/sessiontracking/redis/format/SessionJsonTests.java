// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThat(StoredText.of(session("alice", SessionMetadata.of("203.0.113.7", "Firefox"))))
                .isEqualTo("{\"userId\":\"alice\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox\",\"n\":\"1\","
                        + "\"createdAt\":\"2030-01-01T00:00:00.123Z\",\"expiresAt\":\"2030-01-08T00:00:00.123Z\"}");
        assertThat(StoredText.of(MINIMAL)).isEqualTo("{" + REQUIRED.replaceFirst(",", ",\"n\":\"1\",") + "}");
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
        assertThat(SessionJson.read("id", StoredText.of(session))).contains(session);
    }

    @Test
    void longestValuesAreRead() {
        UserSession session = session("u".repeat(256), SessionMetadata.of("1".repeat(64), "\"".repeat(512)));
        assertThat(SessionJson.read("id", StoredText.of(session))).contains(session);
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
                "{\"userId\":null,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":5.0,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":true,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":[\"a\"],\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{\"userId\":\"alice\",\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"",
                "{\"userId\":\"alice,\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}",
                "{userId:\"alice\",\"createdAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2030-01-08T00:00:00Z\"}"
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

    // what other writers write

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1893456000123 | 2030-01-01T00:00:00.123Z",
                "1893456000 | 2030-01-01T00:00:00Z",
                "1893456000.123 | 2030-01-01T00:00:00.123Z",
                "1.893456000123E+12 | 2030-01-01T00:00:00.123Z",
                "0 | 1970-01-01T00:00:00Z",
                "-1 | 1969-12-31T23:59:59Z",
                "\"1893456000123\" | 2030-01-01T00:00:00.123Z",
                "\"1893456000\" | 2030-01-01T00:00:00Z",
                "\"2030-01-01T02:00:00.123+02:00\" | 2030-01-01T00:00:00.123Z",
                "\"2029-12-31T19:00-05:00\" | 2030-01-01T00:00:00Z",
                "\"2030-01-01T00:00:00.123456789Z\" | 2030-01-01T00:00:00.123456789Z",
                "\"2030-01-01T00:00:00\" | 2030-01-01T00:00:00Z",
                "\"9999-12-31T23:59:59Z\" | 9999-12-31T23:59:59Z"
            })
    void timesAreReadInTheUsualRepresentations(String written, Instant time) {
        assertThat(SessionJson.read(
                        "id", "{\"userId\":\"a\",\"createdAt\":" + written + ",\"expiresAt\":" + written + "}"))
                .contains(new UserSession("id", "a", SessionMetadata.none(), time, time, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "\"\"",
                "\"yesterday\"",
                "\"2030-01-01\"",
                "\"Tue Jan 01 2030 00:00:00 GMT+0000\"",
                "\"+10000-01-01T00:00:00Z\"",
                "\"-999999999-01-01T00:00:00Z\"",
                "\"+9999999999-01-01T00:00:00Z\"",
                "\"NaN\"",
                "\"0x1p3\"",
                "1e99",
                "1e999999999",
                "99999999999999999999",
                "\"99999999999999999999\"",
                "[1893456000]",
                "{\"$date\":\"2030-01-01T00:00:00Z\"}"
            })
    void unreadableTimesAreUnknown(String written) {
        assertThat(SessionJson.read(
                        "id", "{\"createdAt\":" + written + ",\"expiresAt\":" + written + ",\"userId\":\"a\"}"))
                .contains(
                        new UserSession("id", "a", SessionMetadata.none(), Instant.EPOCH, SessionJson.NO_EXPIRY, true));
    }

    @ParameterizedTest
    @CsvSource({"42,42", "-7,-7", "-0,0", "9007199254740993,9007199254740993"})
    void integerIsAUserId(String written, String userId) {
        assertThat(SessionJson.read("id", "{\"userId\":" + written + "}"))
                .map(UserSession::userId)
                .contains(userId);
    }

    @Test
    void lastOfARepeatedFieldCounts() {
        assertThat(SessionJson.read(
                        "id", "{\"userId\":\"a\",\"userId\":\"b\",\"expiresAt\":1893456000,\"expiresAt\":null}"))
                .contains(
                        new UserSession("id", "b", SessionMetadata.none(), Instant.EPOCH, SessionJson.NO_EXPIRY, true));
    }

    @Test
    void hostileTextIsNoSession() {
        assertThat(SessionJson.read("id", "{\"userId\":\"a\",\"blob\":\"" + "x".repeat(10_000_000) + "\"}"))
                .isEmpty();
        assertThat(SessionJson.read("id", "{\"" + "n".repeat(500_000) + "\":1,\"userId\":\"a\"}"))
                .isEmpty();
        assertThat(SessionJson.read("id", "{\"userId\":" + "9".repeat(500_000) + "}"))
                .isEmpty();
    }

    // renewal

    private static final Instant LATER = Instant.parse("2031-02-03T04:05:06.789Z");

    private static final String LATER_TEXT = "\"2031-02-03T04:05:06.789Z\"";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'userId':'a','expiresAt':'2030-01-08T00:00:00Z'} | {'userId':'a','expiresAt':'2031-02-03T04:05:06.789Z'}",
                "{'userId':'a','expiresAt':1893456000123} | {'userId':'a','expiresAt':1927857906789}",
                "{'userId':'a','expiresAt':1893456000} | {'userId':'a','expiresAt':1927857906}",
                "{'userId':'a','expiresAt':1893456000.5} | {'userId':'a','expiresAt':1927857906}",
                "{'userId':'a','expiresAt':'1893456000123'} | {'userId':'a','expiresAt':'1927857906789'}",
                "{'userId':'a','expiresAt':'1893456000'} | {'userId':'a','expiresAt':'1927857906'}",
                "{'userId':'a','expiresAt':null} | {'userId':'a','expiresAt':'2031-02-03T04:05:06.789Z'}",
                "{'userId':'a','expiresAt':'soon'} | {'userId':'a','expiresAt':'2031-02-03T04:05:06.789Z'}",
                "{'expiresAt':1893456000,'userId':'a'} | {'expiresAt':1927857906,'userId':'a'}",
                "{'userId':'a','createdAt':1764000000000} | {'userId':'a','createdAt':1764000000000,'expiresAt':'2031-02-03T04:05:06.789Z'}",
                "{'userId':'a'} | {'userId':'a','expiresAt':'2031-02-03T04:05:06.789Z'}",
                "{'expiresAt':1893456000,'userId':'a','expiresAt':1893456000123} | {'expiresAt':1927857906,'userId':'a','expiresAt':1927857906789}",
                "{'userId':'a','expiresAt':{'$date':1}} | {'userId':'a','expiresAt':{'$date':1}}",
                "{'userId':'a','x':{'expiresAt':1}} | {'userId':'a','x':{'expiresAt':1},'expiresAt':'2031-02-03T04:05:06.789Z'}"
            })
    void renewalReplacesTheExpiryOnly(String written, String renewed) {
        assertThat(SessionJson.renew(written.replace('\'', '"'), LATER)).isEqualTo(renewed.replace('\'', '"'));
    }

    /** Each of them before, between and after the fields of ours; the last is longer than a parser's buffer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"later\":2.50",
                "\"later\":1e0",
                "\"later\":123456789012345678901234567890.10",
                "\"later\":-0.0",
                "\"later\":\"\\u00e9\\/\\ud800 \\\"expiresAt\\\":1 é 😀\"",
                "\"later\":{\"a\":[1, 2.0 ,{\"expiresAt\":\"x\"}],\"b\":{}}",
                "\"later\" :\t[\n]",
                "\"roles\":[\"admin\",\"user\"],\"roles\":null",
                "\"\":true",
                "\"expiresat\":1",
                "LONG"
            })
    void renewalKeepsUnknownFieldsAsTheyAre(String given) {
        String field = given.equals("LONG") ? "\"later\":\"" + "é\\n".repeat(40_000) + "\"" : given;
        String expiry = "\"expiresAt\":\"" + EXPIRES + "\"";
        for (String json : List.of(
                "{" + field + "," + REQUIRED + "}",
                " {\n \"userId\" : \"alice\" ,\n " + field + " , " + expiry + " }\n",
                "{" + REQUIRED + "," + field + "}")) {
            String renewed = SessionJson.renew(json, LATER);
            assertThat(renewed).isEqualTo(json.replace(expiry, "\"expiresAt\":" + LATER_TEXT));
            assertThat(SessionJson.read("id", renewed))
                    .map(UserSession::expiresAt)
                    .contains(LATER);
        }
    }

    @Test
    void renewalOfWhatThisVersionWritesIsWhatItWouldWrite() {
        UserSession session = session("alice", SessionMetadata.of("203.0.113.7", "a \"quoted\" agent 😀"));
        UserSession later = new UserSession("id", "alice", session.metadata(), CREATED, LATER, true);
        assertThat(SessionJson.renew(StoredText.of(session), LATER)).isEqualTo(StoredText.of(later));
    }
}
