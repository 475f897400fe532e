// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a login writes, and what a session that exists or does not looks like, wherever the sessions are. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STANDALONE_SETS")
class SessionCreationTests extends SessionStoreFixture {

    private static final Duration SHORT = Duration.ofMillis(60);

    private static final Duration SLACK = Duration.ofSeconds(10);

    // create

    @Test
    void createWritesAValueThatAPersonCanRead() {
        UserSession session = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        assertThat(value("session:a"))
                .matches("\\{\"userId\":\"alice\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox on Linux\","
                        + "\"n\":\"[0-9a-z]{1,6}\",\"createdAt\":\"" + session.createdAt() + "\",\"expiresAt\":\""
                        + session.expiresAt() + "\"}");
    }

    @Test
    void indexLivesAtLeastAsLongAsTheSession() {
        create("a", "alice");
        Duration session = lifetime("session:a");
        assertThat(session).isBetween(TTL.minus(SLACK), TTL);
        assertThat(lifetime("user_sessions:alice")).isBetween(session, TTL.plusMinutes(5));
    }

    @Test
    void longerLifetimeExtendsTheIndex() {
        create("short", "alice", Duration.ofMinutes(1));
        create("long", "alice");
        assertThat(lifetime("user_sessions:alice")).isGreaterThan(TTL.minus(SLACK));
    }

    @Test
    void takenIdIsRefusedAndTheSessionUntouched() {
        create("a", "alice");
        String before = value("session:a");
        clock.advance(Duration.ofHours(1));
        assertThat(create("a", "alice", Duration.ofMinutes(1))).isFalse();
        assertThat(value("session:a")).isEqualTo(before);
        assertThat(lifetime("session:a")).isGreaterThan(TTL.minus(SLACK));
    }

    @Test
    void takenIdOfTheSameUserStaysInTheIndexForItsWholeLifetime() {
        create("a", "alice");
        Object listedUntil = raw("ZSCORE", "user_sessions:alice", "a");
        assertThat(create("a", "alice", SHORT)).isFalse();
        assertThat(raw("ZSCORE", "user_sessions:alice", "a")).isEqualTo(listedUntil);
        assertThat(lifetime("user_sessions:alice")).isGreaterThan(TTL.minus(SLACK));
    }

    @Test
    void takenIdOfAnotherUserIsRefusedAndNotListedForTheSecond() {
        create("a", "alice");
        assertThat(create("a", "bob")).isFalse();
        assertThat(index("bob")).isEmpty();
        assertThat(index("alice")).containsExactly("a");
        assertThat(answer(store.find("a"))).map(UserSession::userId).contains("alice");
    }

    @Test
    void idThatHoldsSomethingElseIsTaken() {
        raw("SET", "session:a", "not json");
        raw("RPUSH", "session:b", "a list");
        assertThat(create("a", "alice")).isFalse();
        assertThat(create("b", "alice")).isFalse();
        assertThat(value("session:a")).isEqualTo("not json");
        assertThat(raw("LRANGE", "session:b", "0", "-1")).isEqualTo(List.of("a list"));
    }

    // exists, find

    @Test
    void sessionDeletedByHandIsRevoked() {
        create("a", "alice");
        create("b", "alice");
        raw("DEL", "session:a");
        assertThat(answer(store.exists("a"))).isFalse();
        assertThat(answer(store.find("a"))).isEmpty();
        assertThat(answer(store.renew("a", TTL))).isFalse();
        assertThat(idsOf("alice")).containsExactly("b");
    }

    // the index over time

    @Test
    void expiredEntriesArePrunedByTheNextLogin() {
        create("a", "alice");
        long now = clock.millis();
        raw("ZADD", "user_sessions:alice", String.valueOf(now - 5_000), "expired");
        raw("ZADD", "user_sessions:alice", String.valueOf(now + 60_000), "not-yet");
        create("new", "alice");
        assertThat(index("alice")).containsExactlyInAnyOrder("a", "new", "not-yet");
    }

    @Test
    void nodeWhoseClockIsDaysAheadPrunesNoLiveSession() {
        create("a", "alice");
        clock.advance(Duration.ofDays(30));
        create("b", "alice");
        answer(store.renew("b", TTL));
        assertThat(index("alice")).containsExactlyInAnyOrder("a", "b");
        assertThat(lifetime("user_sessions:alice")).isLessThan(TTL.plus(Duration.ofHours(1)));
    }

    @Test
    void nodeWhoseClockIsDaysBehindLosesNoSession() {
        clock.advance(Duration.ofDays(-30));
        create("a", "alice");
        clock.advance(Duration.ofDays(30));
        create("b", "alice");
        assertThat(index("alice")).containsExactlyInAnyOrder("a", "b");
        assertThat(lifetime("session:a")).isGreaterThan(TTL.minus(SLACK));
    }

    // names

    @Test
    void prefixesKeepApplicationsApart() {
        SessionStore shop = storeWithPrefix("shop:");
        assertThat(answer(shop.create(session("a", "alice"), TTL))).isPresent();
        assertThat(isThere("shop:session:a")).isTrue();
        assertThat(isThere("shop:user_sessions:alice")).isTrue();
        assertThat(answer(store.exists("a"))).isFalse();
        assertThat(idsOf("alice")).isEmpty();
        assertThat(create("a", "alice")).isTrue();
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactly("a");
        assertThat(answer(shop.exists("a"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{alice}", "}{", "a:b:c", "user_sessions:x", "\"quoted\\", "ÄÖÜ@example.com"})
    void unusualUserIdsAreInTheNamesOfIndexes(String userId) {
        UserSession session = answer(store.create(session("a", userId), TTL)).orElseThrow();
        assertThat(isThere("user_sessions:" + userId)).isTrue();
        assertThat(answer(otherNode.findByUser(userId))).containsExactly(session);
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(answer(store.revokeAll(userId, null, null, id -> {}))).containsExactly("a");
        assertThat(isThere("user_sessions:" + userId)).isFalse();
    }
}
