// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that another service writes under our names are sessions if they can be, and are kept as they are. */
@ParameterizedClass
@EnumSource(names = {"LEAST_PERMISSIONS", "CLUSTER"})
class SharedValueTests extends SessionStoreFixture {

    private static final String INDEX = "user_sessions:alice";

    private static final Duration SLACK = Duration.ofSeconds(10);

    private void value(String id, String json, String... lifetime) {
        raw(Stream.concat(Stream.of("SET", "session:" + id, json), Stream.of(lifetime))
                .toArray(String[]::new));
        raw("SADD", INDEX, id);
    }

    /** The value of the issue: a number for a time, and no expiry. */
    @Test
    void valueWithoutAnExpiryIsASessionThatEndsWithItsKey() {
        value("x", "{\"userId\":\"alice\",\"createdAt\":1764000000000}", "EX", "600");
        assertThat(answer(store.exists("x"))).isTrue();
        assertThat(answer(store.find("x"))).hasValueSatisfying(session -> {
            assertThat(session.userId()).isEqualTo("alice");
            assertThat(session.createdAt()).isEqualTo(Instant.ofEpochMilli(1764000000000L));
            assertThat(session.expiresAt())
                    .isBetween(
                            clock.instant().plusSeconds(600).minus(SLACK),
                            clock.instant().plusSeconds(600));
        });
        assertThat(answer(store.findByUser("alice")))
                .singleElement()
                .satisfies(session ->
                        assertThat(session.expiresAt()).isBefore(clock.instant().plusSeconds(601)));
    }

    @Test
    void valueWithoutAnExpiryCanBeRenewedAndRevoked() {
        value("x", "{\"userId\":\"alice\",\"createdAt\":1764000000000}", "EX", "600");
        assertThat(answer(store.renew("x", TTL))).isTrue();
        assertThat(lifetime("session:x")).isGreaterThan(TTL.minus(SLACK));
        assertThat(value("session:x"))
                .matches("\\{\"userId\":\"alice\",\"createdAt\":1764000000000,\"expiresAt\":\"[^\"]+Z\","
                        + "\"lastUsedAt\":\"[^\"]+Z\"}");
        assertThat(answer(store.find("x")))
                .hasValueSatisfying(session -> assertThat(session.expiresAt())
                        .isBetween(
                                clock.instant().plus(TTL).minus(SLACK),
                                clock.instant().plus(TTL).plus(SLACK)));
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactly("x");
    }

    @Test
    void valueWithoutAnyTimesIsASession() {
        value("x", "{\"userId\":\"alice\"}");
        assertThat(answer(store.find("x"))).hasValueSatisfying(session -> {
            assertThat(session.createdAt()).isEqualTo(Instant.EPOCH);
            assertThat(session.expiresAt()).isEqualTo("9999-12-31T23:59:59.999Z");
        });
        assertThat(idsOf("alice")).containsExactly("x");
        assertThat(answer(store.renew("x", TTL))).isTrue();
        assertThat(lifetime("session:x")).isBetween(TTL.minus(SLACK), TTL);
    }

    @Test
    void numberIsAUserId() {
        raw("SET", "session:x", "{\"userId\":42}", "EX", "600");
        raw("SADD", "user_sessions:42", "x");
        assertThat(idsOf("42")).containsExactly("x");
        assertThat(answer(store.renew("x", TTL))).isTrue();
        assertThat(value("session:x")).startsWith("{\"userId\":42,");
        assertThat(answer(store.revokeAll("42", null, null, id -> {}))).containsExactly("x");
    }

    @Test
    void renewalKeepsTheFieldsOfOthers() {
        String rest =
                "\"roles\": [\"admin\", {\"n\": 2.50}],\n \"big\":12345678901234567890123, \"userId\":\"alice\",\"z\":\"é\\ud800\"}";
        value("x", "{\"expiresAt\":1893456000, " + rest, "EX", "600");
        assertThat(answer(store.renew("x", TTL))).isTrue();
        assertThat(answer(otherNode.renew("x", TTL))).isTrue();
        assertThat(value("session:x").replaceFirst("\"expiresAt\":\\d{10},", "\"expiresAt\":0,"))
                .startsWith("{\"expiresAt\":0, " + rest.substring(0, rest.length() - 1) + ",\"lastUsedAt\":\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"deep", "long", "surrogate", "control"})
    void hostileValueIsOnlyUnreadable(String kind) {
        String hostile = switch (kind) {
            case "deep" -> "{\"userId\":\"alice\",\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
            case "long" -> "{\"userId\":\"alice\",\"a\":\"" + "x".repeat(10_000_000) + "\"}";
            case "surrogate" -> "{\"userId\":\"\\ud800\"}";
            default -> "{\"userId\":\"a\\u0000b\"}";
        };
        create("good", "alice");
        raw("ZADD", INDEX, "9999999999999", "bad");
        raw("SET", "session:bad", hostile, "EX", "600");
        assertThat(answer(store.exists("bad"))).isTrue();
        assertThat(answer(store.find("bad"))).isEmpty();
        assertThat(answer(store.renew("bad", TTL))).isFalse();
        assertThat(idsOf("alice")).containsExactly("good");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("bad", "good");
    }

    /** The bytes that we read as a text are not those that we would write. */
    @Test
    void valueThatIsNoUtf8IsNotRenewed() {
        value("x", "{\"userId\":\"alice\",\"x\":\"?\"}", "EX", "600");
        raw("BITFIELD", "session:x", "SET", "u8", "#" + value("session:x").indexOf('?'), "255");
        assertThat(answer(store.renew("x", TTL))).isFalse();
        assertThat(lifetime("session:x")).isLessThanOrEqualTo(Duration.ofMinutes(10));
        assertThat(answer(store.revoke("x", null))).isTrue();
    }
}
