// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.Refresh;
import dev.sessiontracking.spi.SessionStore.Refreshed;
import dev.sessiontracking.spi.SessionStore.Refreshed.Result;
import dev.sessiontracking.spi.SessionStore.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every topology must do. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STANDALONE_SETS")
class SessionStoreContractTests extends SessionStoreFixture {

    private static final Duration SHORT = Duration.ofMillis(60);

    private static final Duration INTERVAL = Duration.ofSeconds(30);

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
    void createLeavesOutWhatIsNotKnown() {
        UserSession known = session("a", "alice");
        answer(store.create(
                new UserSession("a", "alice", SessionMetadata.none(), known.createdAt(), known.expiresAt(), true),
                TTL));
        assertThat(value("session:a")).doesNotContain("ip", "userAgent", "null");
    }

    @Test
    void createGivesTheSessionItsLifetime() {
        create("a", "alice");
        assertThat(lifetime("session:a")).isBetween(TTL.minus(SLACK), TTL);
    }

    @Test
    void createListsTheSessionInItsUsersIndex() {
        create("a", "alice");
        create("b", "alice");
        create("c", "bob");
        assertThat(index("alice")).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void indexLivesAtLeastAsLongAsTheSession() {
        create("a", "alice");
        Duration session = lifetime("session:a");
        assertThat(lifetime("user_sessions:alice")).isBetween(session.minusMillis(500), TTL.plusMinutes(5));
    }

    @Test
    void shorterLifetimeDoesNotShortenTheIndex() {
        create("long", "alice");
        create("short", "alice", Duration.ofMinutes(1));
        assertThat(lifetime("user_sessions:alice")).isGreaterThan(TTL.minus(SLACK));
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
    void takenIdOfTheSameUserStaysInTheIndex() {
        create("a", "alice");
        assertThat(create("a", "alice")).isFalse();
        assertThat(index("alice")).containsExactly("a");
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
    void takenIdOfAnotherUserLeavesTheSecondsOtherSessionsListed() {
        create("a", "alice");
        create("b", "bob");
        assertThat(create("a", "bob")).isFalse();
        assertThat(index("bob")).containsExactly("b");
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
    void liveSessionExistsOnEveryNode() {
        create("a", "alice");
        assertThat(answer(store.exists("a"))).isTrue();
        assertThat(answer(otherNode.exists("a"))).isTrue();
    }

    @Test
    void unknownSessionDoesNotExist() {
        assertThat(answer(store.exists("a"))).isFalse();
        assertThat(answer(store.find("a"))).isEmpty();
    }

    @Test
    void revokedSessionDoesNotExist() {
        create("a", "alice");
        answer(otherNode.revoke("a", null));
        assertThat(answer(store.exists("a"))).isFalse();
        assertThat(answer(store.find("a"))).isEmpty();
    }

    @Test
    void expiredSessionDoesNotExist() {
        create("a", "alice", SHORT);
        await().until(() -> !answer(store.exists("a")));
        assertThat(answer(store.find("a"))).isEmpty();
        assertThat(answer(store.findByUser("alice"))).isEmpty();
    }

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

    @Test
    void findGivesWhatWasCreated() {
        UserSession session = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        assertThat(answer(otherNode.find("a"))).contains(session);
    }

    // renew

    @Test
    void renewExtendsBothKeysAndTheValue() {
        UserSession before = answer(store.create(session("a", "alice"), Duration.ofMinutes(1)))
                .orElseThrow();
        clock.advance(Duration.ofHours(1));
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(lifetime("session:a")).isBetween(TTL.minus(SLACK), TTL);
        assertThat(lifetime("user_sessions:alice")).isGreaterThan(TTL.minus(SLACK));
        assertThat(answer(store.find("a"))).hasValueSatisfying(renewed -> {
            assertThat(renewed.createdAt()).isEqualTo(before.createdAt());
            assertThat(renewed.expiresAt())
                    .as("by the server's clock, not by the node's")
                    .isBetween(
                            before.createdAt().plus(TTL),
                            before.createdAt().plus(TTL).plus(SLACK));
            assertThat(renewed.expiresAt()).isBefore(clock.instant().plus(TTL));
            assertThat(renewed.metadata()).isEqualTo(METADATA);
            assertThat(renewed.lastUse().at()).isEqualTo(renewed.expiresAt().minus(TTL));
            assertThat(renewed.lastUse().metadata()).isEqualTo(METADATA);
        });
    }

    // refresh

    private Refreshed refresh(long generation, Duration reuseInterval) {
        return answer(store.refresh("a", new Refresh(TTL, null, METADATA, generation, reuseInterval)));
    }

    private void rotateSecondsAgo(long generation, int seconds) {
        String value = value("session:a").replaceFirst(",\"rotation\":\"[^\"]*\"", "");
        long then = System.currentTimeMillis() - seconds * 1_000L;
        raw("SET", "session:a", value.replaceFirst("}$", ",\"rotation\":\"" + generation + "@" + then + "\"}"));
    }

    @Test
    void eachGenerationIsRotatedOnceAndThePreviousOneGetsTheSameSuccessor() {
        create("a", "alice");
        assertThat(refresh(0, INTERVAL).generation()).isEqualTo(1);
        assertThat(refresh(1, INTERVAL).generation()).isEqualTo(2);
        String value = value("session:a");

        Refreshed repeated = refresh(1, INTERVAL);

        assertThat(repeated.result()).isEqualTo(Result.REPEATED);
        assertThat(repeated.generation()).isEqualTo(2);
        assertThat(repeated.session()).isEqualTo(answer(store.find("a")).orElseThrow());
        assertThat(value("session:a")).isEqualTo(value);
    }

    @Test
    void olderGenerationIsAReuseAlsoWithinTheInterval() {
        create("a", "alice");
        refresh(0, INTERVAL);
        refresh(1, INTERVAL);
        assertThat(refresh(0, INTERVAL).result()).isEqualTo(Result.REUSED);
    }

    @Test
    void previousGenerationIsAReuseAfterTheIntervalByTheServersClock() {
        create("a", "alice");
        rotateSecondsAgo(5, 12);
        assertThat(refresh(4, Duration.ofSeconds(10)).result()).isEqualTo(Result.REUSED);
        assertThat(refresh(4, Duration.ofSeconds(60)).result()).isEqualTo(Result.REPEATED);
    }

    @Test
    void withoutAnIntervalEveryRepetitionIsAReuse() {
        create("a", "alice");
        refresh(0, Duration.ZERO);
        assertThat(refresh(0, Duration.ZERO).result()).isEqualTo(Result.REUSED);
    }

    /** The store has lost writes, or the node has issued generations while it did not answer. */
    @Test
    void higherGenerationIsAdopted() {
        create("a", "alice");
        refresh(0, INTERVAL);
        assertThat(refresh(7, INTERVAL).generation()).isEqualTo(8);
        assertThat(refresh(1, INTERVAL).result()).isEqualTo(Result.REUSED);
    }

    @Test
    void refreshNotesWhereItCameFromAndKeepsUnknownFields() {
        create("a", "alice");
        raw("SET", "session:a", value("session:a").replaceFirst("}$", ",\"attributes\":{\"x\":[1]}}"));
        SessionMetadata train = SessionMetadata.of("198.51.100.4", "Firefox \"on\" a train");

        UserSession session = answer(store.refresh("a", new Refresh(TTL, null, train, 0L, INTERVAL)))
                .session();

        assertThat(session.metadata()).isEqualTo(METADATA);
        assertThat(session.lastUse().metadata()).isEqualTo(train);
        assertThat(session.lastUse().at()).isAfterOrEqualTo(session.createdAt());
        assertThat(answer(otherNode.findByUser("alice"))).containsExactly(session);
        assertThat(value("session:a")).contains("\"attributes\":{\"x\":[1]}");
        UserSession home = answer(store.refresh("a", new Refresh(TTL, null, METADATA, 1L, INTERVAL)))
                .session();
        assertThat(home.lastUse().metadata()).isEqualTo(METADATA);
        assertThat(answer(store.find("a"))).contains(home);
    }

    // absolute lifetime

    private UserSession limited(Duration max) {
        UserSession session = session("a", "alice");
        return new UserSession(
                "a",
                "alice",
                METADATA,
                session.createdAt(),
                session.expiresAt(),
                session.createdAt().plus(max),
                session.lastUse(),
                true);
    }

    @Test
    void absoluteLifetimeLimitsCreationAndRenewalByTheServersClock() {
        clock.advance(Duration.ofHours(5));
        Duration max = Duration.ofMinutes(30);
        UserSession session = answer(store.create(limited(max), TTL)).orElseThrow();
        clock.advance(Duration.ofHours(-5));

        assertThat(session.maxExpiresAt()).isEqualTo(session.createdAt().plus(max));
        assertThat(session.expiresAt()).isEqualTo(session.maxExpiresAt());
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(max);
        assertThat(answer(store.find("a"))).contains(session);
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(answer(store.find("a"))).map(UserSession::expiresAt).contains(session.maxExpiresAt());
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(max);
    }

    @Test
    void lateRegistrationOfALoginThatIsTooOldIsRefused() {
        UserSession old = limited(Duration.ofMinutes(30));
        UserSession login = new UserSession(
                "a",
                "alice",
                METADATA,
                old.createdAt().minus(Duration.ofHours(1)),
                old.expiresAt(),
                old.createdAt().minus(Duration.ofMinutes(30)),
                old.lastUse(),
                true);
        assertThat(answer(store.register(login, TTL, Duration.ofDays(1)))).isEqualTo(Registration.REFUSED);
        assertThat(isThere("session:a")).isFalse();
    }

    /** An earlier version keeps the field, and prolongs the session all the same. */
    @Test
    void sessionPastItsAbsoluteEndIsNotFoundAndCannotBeRenewed() {
        create("a", "alice");
        String value = value("session:a").replaceFirst("}$", ",\"maxExpiresAt\":\"2020-01-01T00:00:00Z\"}");
        raw("SET", "session:a", value, "PX", "600000");

        assertThat(answer(store.find("a"))).isEmpty();
        assertThat(answer(store.findByUser("alice"))).isEmpty();
        assertThat(answer(store.renew("a", TTL))).isFalse();
        assertThat(isThere("session:a")).isFalse();
    }

    @Test
    void sessionWithoutALimitGetsTheConfiguredOneAtItsRenewal() {
        UserSession before = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        Refresh limiting = new Refresh(TTL, Duration.ofDays(3), null, null, INTERVAL);

        UserSession renewed = answer(store.refresh("a", limiting)).session();

        assertThat(renewed.maxExpiresAt()).isEqualTo(before.createdAt().plus(Duration.ofDays(3)));
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(Duration.ofDays(3));
        assertThat(answer(store.find("a"))).contains(renewed);
    }

    @Test
    void renewMovesTheExpiryInTheIndex() {
        create("a", "alice", Duration.ofMinutes(1));
        assertThat(answer(store.renew("a", TTL))).isTrue();
        String listedUntil = String.valueOf(raw("ZSCORE", "user_sessions:alice", "a"));
        assertThat(Long.parseLong(listedUntil))
                .isGreaterThan(clock.instant().plus(TTL).toEpochMilli());
    }

    @Test
    void renewWithAShorterLifetimeShortensTheSessionOnly() {
        create("a", "alice");
        assertThat(answer(store.renew("a", Duration.ofMinutes(1)))).isTrue();
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(Duration.ofMinutes(1));
        assertThat(index("alice")).containsExactly("a");
    }

    @Test
    void renewPutsBackALostIndexEntry() {
        create("a", "alice");
        raw("DEL", "user_sessions:alice");
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(index("alice")).containsExactly("a");
    }

    @Test
    void renewNeverCreates() {
        assertThat(answer(store.renew("never", TTL))).isFalse();
        create("a", "alice");
        answer(store.revoke("a", "alice"));
        assertThat(answer(store.renew("a", TTL))).isFalse();
        assertThat(isThere("session:never")).isFalse();
        assertThat(isThere("session:a")).isFalse();
        assertThat(isThere("user_sessions:alice")).isFalse();
    }

    @Test
    void renewLeavesABrokenValueAlone() {
        raw("SET", "session:a", "{\"userId\":", "PX", "60000");
        assertThat(answer(store.renew("a", TTL))).isFalse();
        assertThat(value("session:a")).isEqualTo("{\"userId\":");
        assertThat(lifetime("session:a")).isLessThanOrEqualTo(Duration.ofMinutes(1));
    }

    // revoke

    @Test
    void revokeRemovesTheSessionAndItsEntry() {
        create("a", "alice");
        create("b", "alice");
        assertThat(answer(store.revoke("a", null))).isTrue();
        assertThat(isThere("session:a")).isFalse();
        await().until(() -> index("alice").equals(List.of("b")));
    }

    @Test
    void revokeWithAKnownUserRemovesTheSessionAndItsEntry() {
        create("a", "alice");
        assertThat(answer(store.revoke("a", "alice"))).isTrue();
        assertThat(isThere("session:a")).isFalse();
        await().until(() -> !isThere("user_sessions:alice"));
    }

    @Test
    void revokeTellsWhetherTheSessionWasLive() {
        create("a", "alice");
        assertThat(answer(store.revoke("a", null))).isTrue();
        assertThat(answer(store.revoke("a", null))).isFalse();
        assertThat(answer(store.revoke("a", "alice"))).isFalse();
        assertThat(answer(store.revoke("never", null))).isFalse();
    }

    // revokeAll

    @Test
    void revokeAllRemovesEverySessionOfTheUserAndNoOther() {
        create("a", "alice");
        create("b", "alice");
        create("c", "bob");
        assertThat(answer(otherNode.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("a", "b");
        assertThat(isThere("session:a")).isFalse();
        assertThat(isThere("session:b")).isFalse();
        assertThat(isThere("user_sessions:alice")).isFalse();
        assertThat(answer(store.exists("c"))).isTrue();
        assertThat(index("bob")).containsExactly("c");
    }

    @Test
    void revokeAllAsksWhichOnes() {
        create("a", "alice");
        create("b", "alice");
        assertThat(answer(store.revokeAll("alice", null, "a", id -> {}))).containsExactly("b");
        assertThat(answer(store.exists("a"))).isTrue();
        assertThat(index("alice")).containsExactly("a");
    }

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
    void revokeAllKeepsWhatItSpares() {
        create("a", "alice");
        create("b", "alice");
        List<String> announced = new ArrayList<>();
        assertThat(answer(store.revokeAll("alice", null, "a", announced::add))).containsExactly("b");
        assertThat(announced).containsExactly("b");
        assertThat(answer(store.revokeAll("alice", Instant.EPOCH, null, announced::add)))
                .isEmpty();
        assertThat(announced).containsExactly("b");
        assertThat(isThere("session:a")).isTrue();
    }

    @Test
    void revokeAllKeepsTheSparedSessionEvenIfItsValueCannotBeRead() {
        create("a", "alice");
        create("b", "alice");
        raw("SET", "session:a", "{", "KEEPTTL");
        assertThat(answer(store.revokeAll("alice", null, "a", id -> {}))).containsExactly("b");
        assertThat(isThere("session:a")).isTrue();
    }

    // findByUser

    @Test
    void findByUserGivesTheLiveSessionsOfThatUser() {
        UserSession a = answer(store.create(session("a", "alice"), TTL)).orElseThrow();
        create("b", "alice");
        create("c", "bob");
        answer(store.revoke("b", null));
        assertThat(answer(otherNode.findByUser("alice"))).containsExactly(a);
        assertThat(answer(store.findByUser("nobody"))).isEmpty();
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
    void brokenValueIsRemovedWithItsUsersSessions() {
        create("good", "alice");
        create("broken", "alice");
        raw("SET", "session:broken", "not json");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).containsExactlyInAnyOrder("good", "broken");
        assertThat(isThere("session:broken")).isFalse();
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
        createMany("alice", SessionValues.CHUNK + 1);
        assertThat(idsOf("alice")).hasSize(SessionValues.CHUNK + 1).doesNotHaveDuplicates();
        raw("DEL", "session:s0");
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).hasSize(SessionValues.CHUNK);
        assertThat(isThere("user_sessions:alice") && !index("alice").equals(List.of("s0")))
                .isFalse();
    }

    @Test
    void tenThousandSessionsAreListedAndRevoked() {
        createMany("alice", 10_000);
        assertThat(idsOf("alice"))
                .hasSizeGreaterThanOrEqualTo(SessionService.MAX_LISTED_SESSIONS)
                .doesNotHaveDuplicates();
        assertThat(answer(store.revokeAll("alice", null, null, id -> {}))).hasSize(10_000);
        assertThat(isThere("user_sessions:alice")).isFalse();
        assertThat(idsOf("alice")).isEmpty();
    }

    private void createMany(String userId, int count) {
        for (int from = 0; from < count; from += 1_000) {
            CompletableFuture.allOf(IntStream.range(from, Math.min(from + 1_000, count))
                            .mapToObj(i ->
                                    store.create(session("s" + i, userId), TTL).toCompletableFuture())
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
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
    @ValueSource(
            strings = {
                "{alice}",
                "}{",
                "a:b:c",
                "user_sessions:x",
                "日本語",
                "😀",
                "a b",
                "*",
                "[a-z]?",
                "\"quoted\\",
                "'",
                "%00",
                "ÄÖÜ@example.com",
                "-1",
                "+inf"
            })
    void unusualUserIdsAreIdsLikeAnyOther(String userId) {
        UserSession session = answer(store.create(session("a", userId), TTL)).orElseThrow();
        assertThat(isThere("user_sessions:" + userId)).isTrue();
        assertThat(answer(otherNode.findByUser(userId))).containsExactly(session);
        assertThat(answer(store.renew("a", TTL))).isTrue();
        assertThat(answer(store.revokeAll(userId, null, null, id -> {}))).containsExactly("a");
        assertThat(isThere("user_sessions:" + userId)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{x}", "a:b", "-1", "+inf", "*", "\"", "\\", "~!@#$%^&*()", "WITHSCORES"})
    void unusualSessionIdsAreIdsLikeAnyOther(String id) {
        assertThat(create(id, "alice")).isTrue();
        assertThat(answer(store.exists(id))).isTrue();
        assertThat(answer(store.renew(id, TTL))).isTrue();
        assertThat(idsOf("alice")).containsExactly(id);
        assertThat(answer(store.revoke(id, null))).isTrue();
        assertThat(isThere("session:" + id)).isFalse();
    }
}
