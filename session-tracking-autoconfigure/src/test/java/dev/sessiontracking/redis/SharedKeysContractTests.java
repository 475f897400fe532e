// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.redis.format.StoredText;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes that another service writes are kept as they are: nothing of it is deleted or converted. */
@ParameterizedClass
@EnumSource(names = {"LEAST_PERMISSIONS", "CLUSTER"})
class SharedKeysContractTests extends SessionStoreFixture {

    private static final String INDEX = "user_sessions:alice";

    private static final Duration SLACK = Duration.ofSeconds(10);

    private List<String> set() {
        return ((List<?>) Objects.requireNonNull(raw("SMEMBERS", INDEX)))
                .stream().map(String::valueOf).toList();
    }

    private String type() {
        return String.valueOf(raw("TYPE", INDEX));
    }

    /** As a service in another language does it: a set, and a value with a lifetime of its own. */
    private void createElsewhere(String... ids) {
        for (String id : ids) {
            raw("SET", "session:" + id, StoredText.of(session(id, "alice")), "EX", String.valueOf(TTL.toSeconds()));
            raw("SADD", INDEX, id);
        }
    }

    // a set

    @Test
    void setOfAnotherServiceIsKeptAndUsed() {
        createElsewhere("x", "y", "z");
        assertThat(create("a", "alice")).isTrue();
        assertThat(set()).containsExactlyInAnyOrder("a", "x", "y", "z");
        createElsewhere("w");
        assertThat(idsOf("alice")).containsExactlyInAnyOrder("a", "w", "x", "y", "z");
    }

    @Test
    void revokeRemovesTheMember() {
        createElsewhere("x", "y");
        assertThat(answer(store.revoke("x", null))).isTrue();
        await().until(() -> set().equals(List.of("y")));
        assertThat(answer(storeOfSets().revoke("y", "alice"))).isTrue();
        await().until(() -> !isThere(INDEX));
    }

    @Test
    void renewPutsALostMemberBack() {
        createElsewhere("x", "y");
        raw("SREM", INDEX, "x");
        assertThat(answer(store.renew("x", TTL))).isTrue();
        assertThat(set()).containsExactlyInAnyOrder("x", "y");
    }

    @Test
    void takenIdOfAnotherUserIsNotListedInTheSet() {
        createElsewhere("x");
        create("b", "bob");
        assertThat(create("b", "alice")).isFalse();
        assertThat(create("x", "alice")).isFalse();
        assertThat(set()).containsExactly("x");
    }

    @Test
    void setWithoutALifetimeGetsNone() {
        createElsewhere("x");
        create("a", "alice");
        answer(store.renew("x", TTL));
        assertThat(number("PTTL", INDEX)).isEqualTo(-1);
    }

    @Test
    void setWithAShortLifetimeLivesAsLongAsItsSessions() {
        createElsewhere("x");
        raw("EXPIRE", INDEX, "60");
        create("a", "alice");
        assertThat(lifetime(INDEX)).isGreaterThan(lifetime("session:a"));
    }

    @Test
    void setWithALongLifetimeKeepsIt() {
        createElsewhere("x");
        raw("EXPIRE", INDEX, String.valueOf(Duration.ofDays(90).toSeconds()));
        create("a", "alice");
        assertThat(lifetime(INDEX)).isGreaterThan(Duration.ofDays(89));
    }

    @Test
    void setsAreMadeWhereThePropertySaysSo() {
        SessionStore ofSets = storeOfSets();
        assertThat(answer(ofSets.create(session("a", "alice"), TTL))).isPresent();
        assertThat(type()).isEqualTo("set");
        assertThat(lifetime(INDEX)).isBetween(TTL, TTL.plusMinutes(5));
        assertThat(answer(store.create(session("b", "alice"), Duration.ofMinutes(1))))
                .isPresent();
        assertThat(set()).containsExactlyInAnyOrder("a", "b");
        assertThat(lifetime(INDEX)).isGreaterThan(TTL.minus(SLACK));
        assertThat(answer(ofSets.findByUser("alice"))).hasSize(2);
        assertThat(answer(ofSets.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("a", "b");
        assertThat(isThere(INDEX)).isFalse();
    }

    @Test
    void sortedSetIsKeptWhereThePropertySaysSet() {
        SessionStore ofSets = storeOfSets();
        create("a", "alice");
        assertThat(answer(ofSets.create(session("b", "alice"), TTL))).isPresent();
        assertThat(index("alice")).containsExactlyInAnyOrder("a", "b");
        assertThat(answer(ofSets.renew("a", TTL))).isTrue();
        assertThat(answer(ofSets.findByUser("alice"))).hasSize(2);
        assertThat(answer(ofSets.revoke("b", "alice"))).isTrue();
        await().until(() -> index("alice").equals(List.of("a")));
        assertThat(answer(ofSets.revokeAll("alice", null, null, id -> {}))).containsExactly("a");
    }

    /** What names no session may be a login under way, whose session would be left where nobody can revoke it. */
    @Test
    void setThatIsReadInPagesIsReadCompletelyAndKeepsMembersWithoutASession() {
        int many = 5_000;
        List<String> ids = IntStream.range(0, many).mapToObj(i -> "s" + i).toList();
        List<String> words = new ArrayList<>(List.of("SADD", INDEX));
        words.addAll(ids);
        raw(words.toArray(String[]::new));
        for (String id : List.of("s0", "s2500", "s4999")) {
            raw("SET", "session:" + id, StoredText.of(session(id, "alice")), "EX", "600");
        }
        assertThat(idsOf("alice")).containsExactlyInAnyOrder("s0", "s2500", "s4999");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {})))
                .containsExactlyInAnyOrder("s0", "s2500", "s4999");
        assertThat(number("SCARD", INDEX)).isEqualTo(many - 3);
    }

    // a sorted set

    /** Such as one that is scored with the time of the login. */
    @Test
    void sortedSetWithoutALifetimeIsNeitherPrunedNorGivenOne() {
        raw("SET", "session:x", StoredText.of(session("x", "alice")), "EX", "600");
        raw("ZADD", INDEX, "1764000000000", "x");
        create("a", "alice");
        assertThat(index("alice")).containsExactlyInAnyOrder("x", "a");
        assertThat(number("PTTL", INDEX)).isEqualTo(-1);
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("x", "a");
    }

    @Test
    void lifetimeOfASortedSetIsNeverShortened() {
        raw("ZADD", INDEX, "9999999999999", "x");
        raw("EXPIRE", INDEX, String.valueOf(Duration.ofDays(90).toSeconds()));
        raw("ZREM", INDEX, "x");
        raw("ZADD", INDEX, String.valueOf(clock.millis() + 60_000), "y");
        raw("EXPIRE", INDEX, String.valueOf(Duration.ofDays(90).toSeconds()));
        create("a", "alice");
        assertThat(lifetime(INDEX)).isGreaterThan(Duration.ofDays(89));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+inf", "1e300", "-inf", "0", "1764000000.5"})
    void strangeScoresStopNoLogin(String score) {
        create("a", "alice");
        raw("ZADD", INDEX, score, "strange");
        assertThat(create("b", "alice")).isTrue();
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(index("alice")).contains("a", "b");
        assertThat(lifetime(INDEX)).isGreaterThan(TTL.minus(SLACK));
    }

    // anything else

    enum Unreadable {
        STRING("SET", INDEX, "[\"x\",\"y\"]"),
        LIST("RPUSH", INDEX, "x", "y"),
        HASH("HSET", INDEX, "x", "{}"),
        STREAM("XADD", INDEX, "1-1", "x", "y");

        private final String[] command;

        Unreadable(String... command) {
            this.command = command;
        }
    }

    @ParameterizedTest
    @EnumSource(Unreadable.class)
    void indexOfAnyOtherTypeIsAnErrorAndStays(Unreadable other) {
        raw(other.command);
        Object dump = raw("DUMP", INDEX);
        for (SessionStore node : List.of(store, storeOfSets())) {
            assertUnreadable(node, any -> any.findByUser("alice"));
            assertUnreadable(node, any -> any.revokeAll("alice", null, null, id -> {}));
            assertUnreadable(node, any -> any.create(session("a", "alice"), TTL));
            await().until(() -> !isThere("session:a"));
        }
        assertThat(raw("DUMP", INDEX)).isEqualTo(dump);
    }

    @ParameterizedTest
    @EnumSource(Unreadable.class)
    void sessionsUnderAnUnreadableIndexCanBeCheckedAndRevokedOneByOne(Unreadable other) {
        create("a", "alice");
        raw("DEL", INDEX);
        raw(other.command);
        assertThat(answer(store.exists("a"))).isTrue();
        assertUnreadable(store, any -> any.renew("a", TTL));
        assertThat(answer(store.revoke("a", null))).isTrue();
        assertThat(answer(store.exists("a"))).isFalse();
        assertThat(isThere(INDEX)).isTrue();
    }

    private static void assertUnreadable(SessionStore node, Function<SessionStore, CompletionStage<?>> request) {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> request.apply(node).toCompletableFuture().join())
                .havingCause()
                .isInstanceOf(SessionStoreUnavailableException.class)
                .withMessageContaining("neither a sorted set nor a set")
                .withMessageNotContaining("alice");
    }
}
