// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link SessionStore} must do. Extend it and return your store:
 *
 * <pre>{@code
 * class JdbcSessionStoreTests extends SessionStoreContractTests {
 *
 *     @Override
 *     protected SessionStore store() {
 *         return store;
 *     }
 * }
 * }</pre>
 *
 * <p>A store that rotates refresh tokens extends {@link SessionStoreRefreshContractTests} too, and a store that keeps
 * not-before markers {@link SessionStoreMarkerContractTests}. Each test has users and sessions of its own, so nothing has
 * to be removed between them.
 */
public abstract class SessionStoreContractTests extends SessionStoreContract {

    private static final int ROUNDS = 20;

    // create

    @Test
    void createdSessionIsFoundOnEveryNode() {
        UserSession session = created("a", alice);
        assertThat(session.tracked()).isTrue();
        assertThat(session.metadata()).isEqualTo(METADATA);
        assertThat(session.lastUse()).isEqualTo(new UserSession.LastUse(session.createdAt(), METADATA));
        assertThat(answer(otherNode().exists(session.id()))).isTrue();
        assertThat(answer(otherNode().find(session.id()))).contains(session);
        assertThat(answer(otherNode().findByUser(alice))).containsExactly(session);
    }

    @Test
    void createGivesTheSessionItsLifetime() {
        UserSession session = created("a", alice);
        assertThat(session.createdAt())
                .isBetween(Instant.now().minus(SLACK), Instant.now().plus(SLACK));
        assertThat(session.expiresAt()).isEqualTo(session.createdAt().plus(TTL));
    }

    @Test
    void createKeepsThatNothingIsKnownOfTheClient() {
        UserSession known = session("a", alice);
        answer(store().create(
                        new UserSession(
                                known.id(), alice, SessionMetadata.none(), known.createdAt(), known.expiresAt(), true),
                        TTL));
        assertThat(answer(store().find(known.id())).map(UserSession::metadata)).contains(SessionMetadata.none());
    }

    @Test
    void takenIdIsRejectedAndTheSessionUntouched() {
        UserSession session = created("a", alice);
        assertThat(answer(otherNode().create(session("a", alice), Duration.ofMinutes(1))))
                .isEmpty();
        assertThat(answer(otherNode().create(session("a", bob), TTL))).isEmpty();
        assertThat(answer(store().find(session.id()))).contains(session);
        assertThat(listed(alice)).containsExactly(session.id());
        assertThat(listed(bob)).isEmpty();
    }

    // exists, find

    @Test
    void unknownSessionDoesNotExist() {
        assertThat(isLive("a")).isFalse();
        assertThat(answer(store().find(id("a")))).isEmpty();
        assertThat(listed(alice)).isEmpty();
    }

    @Test
    void expiredSessionDoesNotExist() {
        assertThat(answer(store().create(session("a", alice), shortLifetime()))).isPresent();
        await("the session expires", () -> !isLive("a"));
        assertThat(answer(store().find(id("a")))).isEmpty();
        assertThat(listed(alice)).isEmpty();
        assertThat(answer(store().renew(id("a"), TTL))).isFalse();
        assertThat(answer(store().revoke(id("a"), null))).isFalse();
    }

    // renew

    @Test
    void renewGivesTheSessionItsFullLifetimeAgain() {
        UserSession before = answer(store().create(session("a", alice), Duration.ofMinutes(1)))
                .orElseThrow();
        assertThat(answer(otherNode().renew(before.id(), TTL))).isTrue();
        UserSession after = answer(store().find(before.id())).orElseThrow();
        assertThat(after.expiresAt()).isAfterOrEqualTo(before.createdAt().plus(TTL));
        assertThat(after.createdAt()).isEqualTo(before.createdAt());
        assertThat(after.userId()).isEqualTo(alice);
        assertThat(after.metadata()).isEqualTo(METADATA);
    }

    @Test
    void renewNeverCreates() {
        assertThat(answer(store().renew(id("never"), TTL))).isFalse();
        created("a", alice);
        answer(store().revoke(id("a"), alice));
        assertThat(answer(otherNode().renew(id("a"), TTL))).isFalse();
        assertThat(isLive("never")).isFalse();
        assertThat(isLive("a")).isFalse();
        assertThat(listed(alice)).isEmpty();
    }

    // revoke

    @Test
    void revokedSessionDoesNotExist() {
        created("a", alice);
        created("b", alice);
        assertThat(answer(otherNode().revoke(id("a"), null))).isTrue();
        assertThat(isLive("a")).isFalse();
        assertThat(answer(store().find(id("a")))).isEmpty();
        assertThat(listed(alice)).containsExactly(id("b"));
        assertThat(answer(store().revoke(id("b"), alice))).isTrue();
        assertThat(isLive("b")).isFalse();
        assertThat(listed(alice)).isEmpty();
    }

    @Test
    void revokeTellsWhetherTheSessionWasLive() {
        created("a", alice);
        assertThat(answer(store().revoke(id("a"), null))).isTrue();
        assertThat(answer(store().revoke(id("a"), null))).isFalse();
        assertThat(answer(store().revoke(id("a"), alice))).isFalse();
        assertThat(answer(store().revoke(id("never"), null))).isFalse();
    }

    @Test
    void reappliedRevocationsRemoveWhatTheStoreHoldsAgain() {
        created("a", alice);
        created("b", alice);
        created("kept", alice);
        assertThat(answer(store().reapplyRevocations(ids(List.of("a", "b", "never")))))
                .isEqualTo(2);
        assertThat(isLive("a")).isFalse();
        assertThat(isLive("b")).isFalse();
        assertThat(listed(alice)).containsExactly(id("kept"));
    }

    // revokeAll

    @Test
    void revokeAllRemovesEverySessionOfTheUserAndNoOther() {
        created("a", alice);
        created("b", alice);
        created("c", bob);
        assertThat(answer(otherNode().revokeAll(alice, null, null, id -> {})))
                .containsExactlyInAnyOrder(id("a"), id("b"));
        assertThat(isLive("a")).isFalse();
        assertThat(isLive("b")).isFalse();
        assertThat(listed(alice)).isEmpty();
        assertThat(isLive("c")).isTrue();
        assertThat(listed(bob)).containsExactly(id("c"));
        assertThat(answer(store().revokeAll(alice, null, null, id -> {}))).isEmpty();
    }

    @Test
    void revokeAllKeepsWhatItSparesAndAnnouncesWhatItRemoves() {
        created("a", alice);
        created("b", alice);
        List<String> announced = new ArrayList<>();
        assertThat(answer(store().revokeAll(alice, null, id("a"), announced::add)))
                .containsExactly(id("b"));
        assertThat(announced).containsExactly(id("b"));
        assertThat(listed(alice)).containsExactly(id("a"));
    }

    @Test
    void revokeAllEndsAtTheGivenTime() {
        UserSession session = created("a", alice);
        List<String> announced = new ArrayList<>();
        assertThat(answer(store().revokeAll(alice, session.createdAt().minusMillis(1), null, announced::add)))
                .isEmpty();
        assertThat(announced).isEmpty();
        assertThat(answer(store().revokeAll(alice, session.createdAt(), null, announced::add)))
                .containsExactly(session.id());
    }

    @Test
    void manySessionsAreListedAndRevoked() {
        int many = SessionService.MAX_LISTED_SESSIONS + 100;
        CompletableFuture.allOf(IntStream.range(0, many)
                        .mapToObj(i ->
                                store().create(session("s" + i, alice), TTL).toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
        assertThat(listed(alice))
                .hasSizeGreaterThanOrEqualTo(SessionService.MAX_LISTED_SESSIONS)
                .doesNotHaveDuplicates();
        assertThat(answer(store().revokeAll(alice, null, null, id -> {})))
                .hasSize(many)
                .doesNotHaveDuplicates();
        assertThat(listed(alice)).isEmpty();
    }

    // names

    @ParameterizedTest
    @ValueSource(
            strings = {"{alice}", "}{", "a:b", "日本語", "😀", "a b", "*", "[a-z]?", "\"\\", "'", "%00", "-1", "+inf"})
    void unusualUserIdsAreIdsLikeAnyOther(String name) {
        String userId = name + alice;
        UserSession session = created("a", userId);
        assertThat(answer(otherNode().findByUser(userId))).containsExactly(session);
        assertThat(answer(store().renew(session.id(), TTL))).isTrue();
        assertThat(answer(store().revokeAll(userId, null, null, id -> {}))).containsExactly(session.id());
        assertThat(isLive("a")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{x}", "a:b", "-1", "+inf", "*", "\"", "\\", "'", "~!@#$%^&*()", "WITHSCORES"})
    void unusualSessionIdsAreIdsLikeAnyOther(String name) {
        created(name, alice);
        assertThat(answer(otherNode().exists(id(name)))).isTrue();
        assertThat(answer(store().renew(id(name), TTL))).isTrue();
        assertThat(listed(alice)).containsExactly(id(name));
        assertThat(answer(store().revoke(id(name), null))).isTrue();
        assertThat(isLive(name)).isFalse();
    }

    // concurrency

    @Test
    void renewalNeverResurrectsARevokedSession() {
        for (int round = 0; round < ROUNDS; round++) {
            String name = "a" + round;
            created(name, alice);
            List<Boolean> results = together(List.of(
                    () -> answer(store().renew(id(name), TTL)),
                    () -> answer(otherNode().renew(id(name), TTL)),
                    () -> answer(otherNode().revoke(id(name), null))));
            assertThat(results.get(2)).isTrue();
            assertThat(isLive(name)).isFalse();
        }
        assertThat(listed(alice)).isEmpty();
    }

    @Test
    void loginDuringRevokeAllIsRevokedOrCanBe() {
        for (int round = 0; round < ROUNDS; round++) {
            String before = "before" + round;
            String during = "during" + round;
            created(before, alice);
            List<List<String>> results = together(List.<Callable<List<String>>>of(
                    () -> List.of(created(during, alice).id()),
                    () -> answer(otherNode().revokeAll(alice, null, null, id -> {}))));
            List<String> revoked = results.get(1);
            assertThat(revoked).contains(id(before));
            assertThat(isLive(before)).isFalse();
            assertThat(isLive(during)).isNotEqualTo(revoked.contains(id(during)));
            answer(store().revokeAll(alice, null, null, id -> {}));
            assertThat(isLive(during)).isFalse();
        }
    }

    @Test
    void sameIdIsCreatedOnceAndListedForTheWinnerOnly() {
        for (int round = 0; round < ROUNDS; round++) {
            UserSession first = session("a" + round, alice + round);
            UserSession second = session("a" + round, bob + round);
            List<Boolean> created = together(List.of(
                    () -> answer(store().create(first, TTL)).isPresent(),
                    () -> answer(otherNode().create(second, TTL)).isPresent()));
            assertThat(created).containsExactlyInAnyOrder(true, false);
            UserSession winner = created.get(0) ? first : second;
            UserSession loser = created.get(0) ? second : first;
            assertThat(answer(store().find(winner.id())).map(UserSession::userId))
                    .contains(winner.userId());
            assertThat(listed(winner.userId())).containsExactly(winner.id());
            assertThat(listed(loser.userId())).isEmpty();
        }
    }
}
