// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Refreshed.Result;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a {@link SessionStore} must do that rotates refresh tokens and limits the lifetime of sessions. */
public abstract class SessionStoreRefreshContractTests extends SessionStoreContract {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final int ROUNDS = 20;

    private Refreshed refresh(long generation, Duration reuseInterval) {
        return answer(store().refresh(id("a"), new Refresh(null, TTL, null, METADATA, generation, reuseInterval)));
    }

    private UserSession found() {
        return answer(otherNode().find(id("a"))).orElseThrow();
    }

    @Test
    void eachGenerationIsRotatedOnceAndThePreviousOneGetsTheSameSuccessor() {
        created("a", alice);
        assertThat(refresh(0, INTERVAL).generation()).isEqualTo(1);
        assertThat(refresh(1, INTERVAL).generation()).isEqualTo(2);
        UserSession before = found();

        Refreshed repeated = refresh(1, INTERVAL);

        assertThat(repeated.result()).isEqualTo(Result.REPEATED);
        assertThat(repeated.generation()).isEqualTo(2);
        assertThat(repeated.session()).isEqualTo(before).isEqualTo(found());
    }

    @Test
    void olderGenerationIsAReuseAlsoWithinTheInterval() {
        created("a", alice);
        refresh(0, INTERVAL);
        refresh(1, INTERVAL);
        assertThat(refresh(0, INTERVAL).result()).isEqualTo(Result.REUSED);
        assertThat(isLive("a")).as("the caller revokes it").isTrue();
    }

    @Test
    void withoutAnIntervalEveryRepetitionIsAReuse() {
        created("a", alice);
        refresh(0, Duration.ZERO);
        assertThat(refresh(0, Duration.ZERO).result()).isEqualTo(Result.REUSED);
    }

    /** The store has lost writes, or the node has issued generations while it did not answer. */
    @Test
    void higherGenerationIsAdopted() {
        created("a", alice);
        refresh(0, INTERVAL);
        assertThat(refresh(7, INTERVAL).generation()).isEqualTo(8);
        assertThat(refresh(1, INTERVAL).result()).isEqualTo(Result.REUSED);
    }

    /** Neither by the present refresh token nor by an old one, nor without any. */
    @Test
    void sessionOfAnotherUserStaysUntouched() {
        created("a", alice);
        refresh(0, INTERVAL);
        refresh(1, Duration.ZERO);
        UserSession before = found();

        for (Long generation : Arrays.asList(0L, 1L, 2L, 7L, null)) {
            Refresh bobs = new Refresh(bob, TTL.plusHours(1), null, METADATA, generation, INTERVAL);
            assertThat(answer(store().refresh(id("a"), bobs))).isEqualTo(Refreshed.ENDED);
        }

        assertThat(found()).isEqualTo(before);
        assertThat(listed(bob)).isEmpty();
        Refresh own = new Refresh(alice, TTL, null, METADATA, 2L, INTERVAL);
        assertThat(answer(store().refresh(id("a"), own)).generation()).isEqualTo(3);
    }

    @Test
    void endedSessionIsNotRefreshed() {
        created("a", alice);
        answer(store().revoke(id("a"), null));
        assertThat(refresh(0, INTERVAL).result()).isEqualTo(Result.ENDED);
        assertThat(isLive("a")).isFalse();
    }

    @Test
    void refreshNotesWhereItCameFrom() {
        UserSession before = created("a", alice);
        SessionMetadata train = SessionMetadata.of("198.51.100.4", "Firefox \"on\" a train");

        UserSession session = answer(store().refresh(id("a"), new Refresh(null, TTL, null, train, 0L, INTERVAL)))
                .session();

        assertThat(found()).isEqualTo(session);
        assertThat(found().metadata()).isEqualTo(METADATA);
        assertThat(found().lastUse().metadata()).isEqualTo(train);
        assertThat(found().lastUse().at()).isAfterOrEqualTo(before.createdAt());
        assertThat(answer(store().renew(id("a"), TTL))).isTrue();
        assertThat(found().lastUse().metadata()).isEqualTo(train);
    }

    @Test
    void absoluteLifetimeLimitsCreationAndRenewal() {
        Duration max = Duration.ofMinutes(30);
        UserSession session =
                answer(store().create(session("a", alice, now(), max), TTL)).orElseThrow();
        assertThat(session.maxExpiresAt()).isEqualTo(session.createdAt().plus(max));
        assertThat(session.expiresAt()).isEqualTo(session.maxExpiresAt());
        assertThat(answer(store().renew(id("a"), TTL))).isTrue();
        assertThat(found().expiresAt()).isEqualTo(session.maxExpiresAt());
    }

    @Test
    void sessionIsOverAtItsAbsoluteEnd() {
        answer(store().create(session("a", alice, now(), shortLifetime()), TTL));
        await("the session expires", () -> !isLive("a"));
        assertThat(answer(store().renew(id("a"), TTL))).isFalse();
        assertThat(listed(alice)).isEmpty();
    }

    @Test
    void sessionWithoutALimitGetsTheConfiguredOneAtItsRenewal() {
        UserSession before = created("a", alice);
        Refresh limiting = new Refresh(null, TTL, Duration.ofDays(3), null, null, INTERVAL);
        UserSession renewed = answer(store().refresh(id("a"), limiting)).session();
        assertThat(Objects.requireNonNull(renewed).maxExpiresAt())
                .isEqualTo(before.createdAt().plus(Duration.ofDays(3)))
                .isEqualTo(renewed.expiresAt());
    }

    /** One token, presented to both nodes at once. */
    @Test
    void rotationHasOneWinnerAndNoFork() {
        for (int round = 0; round < ROUNDS; round++) {
            String name = "a" + round;
            created(name, alice);
            Refresh first = new Refresh(null, TTL, null, METADATA, 0L, INTERVAL);
            List<Refreshed> results = together(List.of(
                    () -> answer(store().refresh(id(name), first)),
                    () -> answer(otherNode().refresh(id(name), first)),
                    () -> answer(store().refresh(id(name), first))));
            assertThat(results).extracting(Refreshed::generation).containsOnly(1L);
            assertThat(results)
                    .extracting(Refreshed::result)
                    .containsExactlyInAnyOrder(Result.RENEWED, Result.REPEATED, Result.REPEATED);
        }
    }
}
