// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SlotTags;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user's companion keeps: the not-before marker. And where companions are. */
@ParameterizedClass
@EnumSource(names = {"STANDALONE", "CLUSTER"})
class MarkersContractTests extends SessionStoreFixture {

    private static final Duration TOKEN_LIFE = Duration.ofDays(1);

    private Registration register(SessionStore node, String id, String user, Instant authenticatedAt) {
        UserSession session = new UserSession(
                id, user, METADATA, authenticatedAt, Instant.now().plus(TTL), true);
        return answer(node.register(session, TTL, TOKEN_LIFE));
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private long raise(String user) {
        return answer(store.raiseNotBefore(user, NotBefore.of(null, null), TOKEN_LIFE, false))
                .millis();
    }

    private static String userState(String user) {
        return new RedisKeys("").userState(user);
    }

    @Test
    void thereIsNoMarkerUntilOneIsRaised() {
        assertThat(answer(store.notBefore("alice"))).isEqualTo(NotBefore.NONE);
        long time = raise("alice");
        assertThat(answer(otherNode.notBefore("alice"))).isEqualTo(new NotBefore(time, null, 0));
        assertThat(answer(otherNode.notBefore("bob"))).isEqualTo(NotBefore.NONE);
        assertThat(value(userState("alice"))).isEqualTo(String.valueOf(time));
        assertThat(lifetime(userState("alice"))).isBetween(TOKEN_LIFE.minusMinutes(1), TOKEN_LIFE);
    }

    @Test
    void restoredSessionIsNotRenewedButRemoved() {
        create("a", "alice");
        create("kept", "alice");
        String value = value("session:a");
        answer(store.raiseNotBefore("alice", NotBefore.of(null, "kept"), TOKEN_LIFE, false));
        answer(store.revokeAll("alice", null, "kept", id -> {}));
        raw("SET", "session:a", value, "EX", "600");
        raw("ZADD", "user_sessions:alice", "9999999999999", "a");

        // Lately raised, its revocation may be under way, and must find and count the session.
        assertThat(answer(otherNode.renew("a", TTL))).isFalse();
        assertThat(isThere("session:a")).isTrue();

        raw("SET", userState("alice"), now().minusSeconds(60).toEpochMilli() + " kept 0");
        raw(
                "SET",
                "session:a",
                value.replaceAll("createdAt\":\"[^\"]*", "createdAt\":\"2026-01-01T00:00:00Z"),
                "EX",
                "600");
        assertThat(answer(otherNode.renew("a", TTL))).isFalse();
        assertThat(isThere("session:a")).isFalse();
        assertThat(index("alice")).containsExactly("kept");
        assertThat(answer(otherNode.renew("kept", TTL))).isTrue();
    }

    /** As after a failover to a master whose clock is an hour behind: the marker is in its future. */
    @Test
    void loginAfterAMarkerOfAClockThatWasAheadIsNotCovered() {
        long ahead = Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
        raw("SET", userState("alice"), String.valueOf(ahead));
        UserSession session = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        assertThat(session.createdAt().toEpochMilli()).isEqualTo(ahead + 1);
        assertThat(answer(otherNode.find("a"))).contains(session);
        assertThat(lifetime("session:a")).isBetween(TTL.minusMinutes(1), TTL);
        assertThat(answer(otherNode.renew("a", TTL))).isTrue();
        assertThat(register(store, "b", "alice", now())).isEqualTo(Registration.REFUSED);
    }

    /** As after a failover to a master whose clock is an hour ahead: what was created before looks older than it is. */
    @Test
    void markerOfAClockThatIsAheadCoversWhatIsOlder() {
        create("a", "alice");
        raw(
                "SET",
                userState("alice"),
                String.valueOf(Instant.now().plus(Duration.ofHours(1)).toEpochMilli()));
        assertThat(answer(otherNode.renew("a", TTL))).isFalse();
        assertThat(isThere("session:a")).isFalse();
    }

    @Test
    void valueThatIsNoMarkerIsNone() {
        raw("SET", userState("alice"), "something of a later version");
        assertThat(answer(store.notBefore("alice"))).isEqualTo(NotBefore.NONE);
        assertNoMarker();
    }

    @Test
    void markerOfAnotherTypeIsNone() {
        raw("SADD", userState("alice"), "something");
        assertThat(answer(store.notBefore("alice"))).isEqualTo(NotBefore.NONE);
        assertNoMarker();
    }

    /** Written by mistake, or by somebody else: it must not lock the user out. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9999999999999",
                "999999999999999",
                "999999999999999 a 999999999999999",
                "1 a 9999999999999",
                "9999999999999999999999999999999999999999"
            })
    void markerOfTheFarFutureIsNone(String value) {
        raw("SET", userState("alice"), value);
        assertNoMarker();
    }

    private void assertNoMarker() {
        UserSession session = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        assertThat(session.createdAt()).isBefore(Instant.now().plusSeconds(60));
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(register(store, "b", "alice", now().minusSeconds(1)).session())
                .isNotNull();
        assertThat(Instant.ofEpochMilli(raise("alice")))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        assertThat(lifetime(userState("alice"))).isBetween(TOKEN_LIFE.minusMinutes(1), TOKEN_LIFE);
        assertThat(register(store, "c", "alice", now().minusSeconds(60))).isEqualTo(Registration.REFUSED);
    }

    // names

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a{b}c", "a}b", "{}", "{", "}", "x{}y", "{a}{b}", "a{b"})
    void unusualIdsHaveTheirCompanionsInTheirSlots(String id) {
        for (String prefix : List.of("", "shop:", "{shop}:", "{}:", "a{b", "a}b{")) {
            SessionStore node = storeWithPrefix(prefix);
            UserSession session =
                    new UserSession(id, "user" + id, METADATA, now().minusSeconds(60), now().plus(TTL), true);
            if (prefix.isEmpty() || id.equals("plain")) {
                assertThat(answer(node.register(session, TTL, TOKEN_LIFE)).session())
                        .isNotNull();
                assertThat(answer(node.revoke(
                                id,
                                "user" + id,
                                new SessionChange.End(SessionEndReason.REVOKED, Duration.ZERO, TOKEN_LIFE))))
                        .isTrue();
                assertThat(answer(node.raiseNotBefore("user" + id, NotBefore.of(null, null), TOKEN_LIFE, false))
                                .exists())
                        .isTrue();
            }
            RedisKeys keys = new RedisKeys(prefix);
            assertThat(SlotTags.slot(keys.sessionState(id))).isEqualTo(SlotTags.slot(keys.session(id)));
            assertThat(SlotTags.slot(keys.userState(id))).isEqualTo(SlotTags.slot(keys.userSessions(id)));
            assertThat(keys.sessionState(id)).doesNotStartWith(prefix + "session:");
            assertThat(keys.sessionIdOf(keys.sessionState(id))).isNull();
            assertThat(keys.sessionIdOf(keys.userState(id))).isNull();
        }
    }

    @Test
    void companionsOfDifferentKeysAreDifferent() {
        RedisKeys keys = new RedisKeys("");
        List<String> ids = List.of("a", "{a}", "a}", "{a", "{session:a}", "{1}session:a", "session:a", "}a{", "{}a");
        assertThat(ids.stream().flatMap(id -> List.of(keys.sessionState(id), keys.userState(id)).stream()))
                .doesNotHaveDuplicates();
        assertThat(IntStream.range(0, 100).mapToObj(i -> keys.sessionState("s" + i)))
                .allMatch(name -> name.startsWith("session_state:{session:s") && name.endsWith("}"));
    }
}
