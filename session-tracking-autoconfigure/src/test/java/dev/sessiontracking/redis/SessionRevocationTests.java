// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What revocation and the list of a user's sessions do, also with values that somebody broke by hand. */
@Tag("long")
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STANDALONE_SETS")
class SessionRevocationTests extends SessionStoreFixture {

    // revoke

    @Test
    void revokeRemovesTheSessionAndItsEntry() {
        create("a", "alice");
        create("b", "alice");
        assertThat(answer(store.revoke("a", null))).isTrue();
        assertThat(isThere("session:a")).isFalse();
        await().until(() -> index("alice").equals(List.of("b")));
        assertThat(answer(store.revoke("b", "alice"))).isTrue();
        assertThat(isThere("session:b")).isFalse();
        await().until(() -> !isThere("user_sessions:alice"));
    }

    /** On a cluster, all masters may be those that do not answer. */
    @Test
    void reappliedRevocationsMayBeNone() {
        assertThat(answer(store.reapplyRevocations(List.of()))).isZero();
        assertThat(answer(store.reapplyRevocations(Map.of(), TTL))).isZero();
    }

    // revokeAll

    @Test
    void revokeAllCountsLiveSessionsOnly() {
        create("a", "alice");
        create("b", "alice");
        raw("DEL", "session:a");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactly("b");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).isEmpty();
        assertThat(answer(store.revokeAll("nobody", null, null, id -> {}))).isEmpty();
    }

    @Test
    void revokeAllAnnouncesEachSessionBeforeItRemovesIt() {
        create("a", "alice");
        List<Boolean> thereWhenAnnounced = new ArrayList<>();
        answer(store.revokeAll("alice", null, null, id -> thereWhenAnnounced.add(isThere("session:" + id))));
        assertThat(thereWhenAnnounced).containsExactly(true);
    }

    @Test
    void revokeAllKeepsTheSparedSessionEvenIfItsValueCannotBeRead() {
        create("a", "alice");
        create("b", "alice");
        raw("SET", "session:a", "{", "KEEPTTL");
        assertThat(answer(store.revokeAll("alice", null, "a", id -> {}))).containsExactly("b");
        assertThat(isThere("session:a")).isTrue();
    }

    // what somebody did by hand

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "[]", "{}", "null", "42", "{\"userId\":null}", "{\"userId\":\"alice\","})
    void brokenValueBreaksNoListAndNoLogin(String broken) {
        create("good", "alice");
        create("broken", "alice");
        raw("SET", "session:broken", broken);
        assertThat(answer(store.find("broken"))).isEmpty();
        assertThat(idsOf("alice")).containsExactly("good");
        assertThat(create("next", "alice")).isTrue();
    }

    @Test
    void keyOfAnotherTypeDoesNotKeepAUsersOtherSessionsAlive() {
        // More than are read at a time.
        int many = 300;
        for (int i = 0; i < many; i++) {
            create("one-of-many-" + i, "alice");
        }
        raw("DEL", "session:one-of-many-0");
        raw("LPUSH", "session:one-of-many-0", "what is this?");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).hasSizeGreaterThanOrEqualTo(many - 1);
        assertThat(idsOf("alice")).isEmpty();
        for (int i = 1; i < many; i++) {
            assertThat(isThere("session:one-of-many-" + i)).isFalse();
        }
    }

    @Test
    void brokenValueCanBeRevoked() {
        raw("SET", "session:broken", "not json");
        assertThat(answer(store.revoke("broken", null))).isTrue();
        assertThat(isThere("session:broken")).isFalse();
    }

    @Test
    void keyOfAnotherTypeIsNoSession() {
        create("good", "alice");
        create("broken", "alice");
        raw("DEL", "session:broken");
        raw("HSET", "session:broken", "field", "value");
        assertThat(answer(store.exists("broken"))).isFalse();
        assertThat(answer(store.find("broken"))).isEmpty();
        assertThat(answer(store.renew("broken", TTL))).isFalse();
        assertThat(idsOf("alice")).containsExactly("good");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactly("good");
    }

    @Test
    void foreignIdInTheIndexIsNotListedAndNotRevoked() {
        create("a", "alice");
        create("b", "bob");
        raw("ZADD", "user_sessions:alice", "9999999999999", "b");
        assertThat(idsOf("alice")).containsExactly("a");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactly("a");
        assertThat(answer(store.exists("b"))).isTrue();
        assertThat(index("bob")).containsExactly("b");
    }

    // size

    @Test
    void moreSessionsThanOneChunkAreListedAndRevoked() {
        IntStream.rangeClosed(0, SessionValues.CHUNK).forEach(i -> create("s" + i, "alice"));
        assertThat(idsOf("alice")).hasSize(SessionValues.CHUNK + 1).doesNotHaveDuplicates();
        raw("DEL", "session:s0");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).hasSize(SessionValues.CHUNK);
        assertThat(isThere("user_sessions:alice") && !index("alice").equals(List.of("s0")))
                .isFalse();
    }
}
