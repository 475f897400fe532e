// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.revocation.Revocation.OfSession;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import dev.sessiontracking.core.revocation.RevocationDenylist.Denial;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RevocationDenylistTests {

    private static final Duration RETENTION = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final RevocationDenylist memory = new RevocationDenylist(clock, RETENTION, 3);

    private static OfUser ofUser(String userId, Instant until, @Nullable String except) {
        return new OfUser(userId, until, except);
    }

    // sessions

    @Test
    void deniesNothingAtFirst() {
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.isDenied("a", "alice", null)).isFalse();
        assertThat(memory.size()).isZero();
    }

    @Test
    void deniesASessionAndNoOther() {
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.isDenied("a")).isTrue();
        assertThat(memory.isDenied("a", "alice", null)).isTrue();
        assertThat(memory.isDenied("b")).isFalse();
    }

    @Test
    void forgetsASessionThatWasNotThere() {
        memory.forget(memory.deny("a"));
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.size()).isZero();
    }

    @Test
    void forgetsNoSessionThatSomebodyElseRevokesAtTheSameTime() {
        Denial first = memory.deny("a");
        memory.deny("a");
        memory.forget(first);
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void forgetsASessionOfWhichAllSayThatItWasNotThere() {
        Denial first = memory.deny("a");
        Denial second = memory.deny("a");
        memory.forget(first);
        memory.forget(second);
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.size()).isZero();
    }

    @Test
    void forgetsNoSessionThatWasRevokedBefore() {
        memory.deny("a");
        for (int i = 0; i < 3; i++) {
            memory.forget(memory.deny("a"));
        }
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void takingBackWhatIsLongOverForgetsNoLaterRevocation() {
        Denial old = memory.deny("a");
        clock.advance(RETENTION);
        memory.deny("a");
        memory.forget(old);
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void deniesAKnownSessionAgainEvenWhenFull() {
        memory.deny("a");
        memory.deny("b");
        memory.deny("c");
        clock.advance(RETENTION.minusDays(1));
        assertThat(memory.deny("a")).isNotNull();
        clock.advance(Duration.ofDays(2));
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void deniesForAsLongAsATokenCanLive() {
        memory.deny("a");
        clock.advance(RETENTION.minusMillis(1));
        assertThat(memory.isDenied("a")).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(memory.isDenied("a")).isFalse();
    }

    @Test
    void deniesAgainWhatItDeniedLongAgo() {
        memory.deny("a");
        clock.advance(RETENTION.plusDays(1));
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.isDenied("a")).isTrue();
    }

    // bounds

    private Denial confirmed(String sessionId) {
        Denial denial = memory.deny(sessionId);
        memory.confirm(denial);
        return denial;
    }

    @Test
    void remembersNoMoreThanFitWhenNoneIsConfirmed() {
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.deny("b")).isNotNull();
        assertThat(memory.deny(ofUser("alice", NOW, null))).isTrue();
        assertThat(memory.deny("c")).isNull();
        assertThat(memory.deny(ofUser("bob", NOW, null))).isFalse();
        assertThat(memory.size()).isEqualTo(3);
        assertThat(memory.isDenied("a")).isTrue();
        assertThat(memory.isDenied("b")).isTrue();
        assertThat(memory.isDenied("c")).isFalse();
    }

    @Test
    void newRevocationDisplacesTheOldestConfirmedOne() {
        memory.deny("unconfirmed");
        confirmed("older");
        confirmed("newer");
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.isDenied("older")).isFalse();
        assertThat(memory.isDenied("newer")).isTrue();
        assertThat(memory.deny("b")).isNotNull();
        assertThat(memory.isDenied("newer")).isFalse();
        assertThat(memory.isDenied("unconfirmed")).isTrue();
        assertThat(memory.deny("c")).isNull();
    }

    @Test
    void revocationOfAUserDisplacesAConfirmedOne() {
        confirmed("a");
        memory.deny("b");
        memory.deny("c");
        assertThat(memory.deny(ofUser("alice", NOW, null))).isTrue();
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.deny(ofUser("bob", NOW, null))).isFalse();
    }

    @Test
    void appliedRevocationsOfUsersAreDisplacedLastAndTheOldestFirst() {
        for (String user : List.of("alice", "bob")) {
            memory.deny(ofUser(user, NOW, null));
            memory.applied(ofUser(user, NOW, null));
        }
        confirmed("a");
        memory.deny("b");
        assertThat(memory.isDenied("a")).isFalse();
        memory.deny("c");
        assertThat(memory.isDeniedWithoutSession("alice", null)).isFalse();
        assertThat(memory.isDeniedWithoutSession("bob", null)).isTrue();
        memory.deny("d");
        assertThat(memory.isDeniedWithoutSession("bob", null)).isFalse();
        assertThat(memory.deny("e")).isNull();
    }

    @Test
    void revocationIsUnconfirmedAsLongAsAnyCallOfItIs() {
        Denial first = memory.deny("a");
        memory.deny("a");
        memory.confirm(first);
        memory.deny("b");
        memory.deny("c");
        assertThat(memory.deny("d")).isNull();
        assertThat(memory.isDenied("a")).isTrue();
    }

    @Test
    void pendingRevocationIsNotDisplacedUntilItIsApplied() {
        memory.keep(memory.deny("a"));
        memory.deny("b");
        memory.deny("c");
        assertThat(memory.deny("d")).isNull();
        memory.applied(new OfSession("a", null));
        assertThat(memory.deny("d")).isNotNull();
        assertThat(memory.isDenied("a")).isFalse();
    }

    @Test
    void confirmedRevocationThatIsPendingOnceMoreIsNotDisplaced() {
        confirmed("a");
        memory.keep(memory.deny("a"));
        memory.deny("b");
        memory.deny("c");
        assertThat(memory.deny("d")).isNull();
        assertThat(memory.isDenied("a")).isTrue();
        memory.applied(new OfSession("a", null));
        assertThat(memory.deny("d")).isNotNull();
    }

    @Test
    void revocationsSeenElsewhereAreDisplacedLikeConfirmedOnes() {
        for (int i = 0; i < 100; i++) {
            memory.denyRevokedElsewhere("elsewhere-" + i);
        }
        assertThat(memory.isDenied("elsewhere-99")).isTrue();
        assertThat(memory.size()).isEqualTo(3);
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.deny("b")).isNotNull();
        assertThat(memory.deny("c")).isNotNull();
        memory.denyRevokedElsewhere("one-more");
        assertThat(memory.isDenied("one-more")).isFalse();
    }

    @Test
    void madeUpIdsDisplaceNoMoreThanOne() {
        confirmed("a");
        confirmed("b");
        confirmed("c");
        for (int i = 0; i < 100; i++) {
            memory.forget(memory.deny("made-up-" + i));
        }
        assertThat(memory.isDenied("b")).isTrue();
        assertThat(memory.isDenied("c")).isTrue();
    }

    @Test
    void repeatedRevocationsOfASessionTakeOnePlace() {
        for (int i = 0; i < 100; i++) {
            confirmed("a");
        }
        confirmed("b");
        confirmed("c");
        assertThat(memory.size()).isEqualTo(3);
        memory.deny("d");
        memory.deny("e");
        memory.deny("f");
        assertThat(memory.deny("g")).isNull();
    }

    @Test
    void removesWhatHasExpired() {
        confirmed("a");
        confirmed("b");
        clock.advance(RETENTION);
        assertThat(memory.deny("c")).isNotNull();
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void fullDenylistIsReportedOnce(CapturedOutput output) {
        for (int i = 0; i < 10; i++) {
            confirmed("session-" + i);
        }
        assertThat(output.getAll().split("The revocation denylist is full \\(3 entries\\)", -1))
                .hasSize(2);
        assertThat(output).contains("session.tracking.revocation.maximum-remembered");
    }

    // reapplying

    @Test
    void revocationUnderWayIsReappliedWhenTheLastCallIsConfirmed() {
        Denial first = memory.deny("a");
        Denial second = memory.deny("a");
        assertThat(memory.reappliable(List.of("a", "unknown"))).isEmpty();
        assertThat(memory.confirm(first)).isFalse();
        assertThat(memory.confirm(second)).isTrue();
        assertThat(memory.reappliable(List.of("a"))).containsExactly("a");
    }

    @Test
    void nothingIsReappliedThatNobodyAskedFor() {
        assertThat(memory.confirm(memory.deny("a"))).isFalse();
        assertThat(memory.forget(memory.deny("a"))).isFalse();
    }

    @Test
    void revocationThatFoundNothingIsReappliedIfAnEarlierOneIsRemembered() {
        confirmed("a");
        Denial again = memory.deny("a");
        assertThat(memory.reappliable(List.of("a"))).isEmpty();
        assertThat(memory.forget(again)).isTrue();
    }

    @Test
    void pendingRevocationIsNotReapplied() {
        Denial denial = memory.deny("a");
        assertThat(memory.reappliable(List.of("a"))).isEmpty();
        memory.keep(denial);
        assertThat(memory.reappliable(List.of("a"))).isEmpty();
        memory.applied(new OfSession("a", null));
        assertThat(memory.reappliable(List.of("a"))).containsExactly("a");
        assertThat(memory.confirm(memory.deny("a"))).isFalse();
    }

    // users

    @Test
    void deniesEverySessionOfAUserAndOfNoOther() {
        memory.deny(ofUser("alice", NOW, null));
        assertThat(memory.isDenied("a", "alice", null)).isTrue();
        assertThat(memory.isDenied("b", "alice", null)).isTrue();
        assertThat(memory.isDenied("c", "bob", null)).isFalse();
        assertThat(memory.isDenied("d", null, null)).isFalse();
    }

    @Test
    void deniesEveryButTheExceptedSession() {
        memory.deny(ofUser("alice", NOW, "current"));
        assertThat(memory.isDenied("current", "alice", null)).isFalse();
        assertThat(memory.isDenied("other", "alice", null)).isTrue();
    }

    @Test
    void doesNotDenyASessionThatThisNodeSawBeginLater() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "later", NOW);
        assertThat(memory.isDenied("later", "alice", null)).isFalse();
        assertThat(memory.isDenied("before", "alice", null)).isTrue();
    }

    @Test
    void deniesASessionWhoseCreationWasUnderWay() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "under-way", NOW.minusMillis(1));
        assertThat(memory.isDenied("under-way", "alice", null)).isTrue();
    }

    /** The store was asked before the revocation was made, and has not been told of it. */
    @Test
    void deniesASessionOfWhichTheStoreSaysThatItLivesBeforeTheRevocationIsApplied() {
        OfUser revocation = ofUser("alice", NOW, null);
        memory.deny(revocation);
        memory.verified("a", "alice");
        assertThat(memory.isDenied("a", "alice", null)).isTrue();
        memory.applied(revocation);
        assertThat(memory.isDeniedUnlessVerified("a", "alice", null)).isTrue();
    }

    @Test
    void laterRevocationCoversWhatBeganInBetween() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "between", NOW);
        memory.deny(ofUser("alice", NOW.plusSeconds(1), null));
        assertThat(memory.isDenied("between", "alice", null)).isTrue();
    }

    @Test
    void doesNotDenyAUserWhoGaveCredentialsLater() {
        memory.deny(ofUser("alice", NOW, null));
        assertThat(memory.isDenied("a", "alice", NOW)).isTrue();
        assertThat(memory.isDenied("a", "alice", NOW.minusSeconds(1))).isTrue();
        assertThat(memory.isDenied("a", "alice", NOW.plusSeconds(1))).isFalse();
    }

    @Test
    void sessionDeniedByItsIdIsDeniedWhateverItsAuthenticationTime() {
        memory.deny("a");
        assertThat(memory.isDenied("a", "alice", NOW.plusSeconds(60))).isTrue();
    }

    @Test
    void exceptionOfALaterRevocationDoesNotUndoAnEarlierOne() {
        memory.deny(ofUser("alice", NOW, null));
        memory.deny(ofUser("alice", NOW.plusSeconds(1), "current"));
        assertThat(memory.isDenied("current", "alice", null)).isTrue();
    }

    @Test
    void exceptionOfALaterRevocationHoldsForASessionThatBeganInBetween() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "current", NOW);
        memory.deny(ofUser("alice", NOW.plusSeconds(1), "current"));
        assertThat(memory.isDenied("current", "alice", null)).isFalse();
    }

    @Test
    void deniesOnlyTokensWithoutASessionOnceTheRevocationOfAUserIsApplied() {
        OfUser revocation = ofUser("alice", NOW, null);
        memory.deny(revocation);
        memory.applied(revocation);
        assertThat(memory.isDenied("a", "alice", null)).isFalse();
        assertThat(memory.isDeniedUnlessVerified("a", "alice", null)).isTrue();
        memory.verified("a", "alice");
        assertThat(memory.isDeniedUnlessVerified("a", "alice", null)).isFalse();
        assertThat(memory.isDeniedWithoutSession("alice", null)).isTrue();
        assertThat(memory.isDeniedWithoutSession("alice", NOW.plusMillis(1))).isFalse();
        assertThat(memory.isDeniedWithoutSession("bob", null)).isFalse();
    }

    @Test
    void goesOnDenyingWhenOnlyTheEarlierRevocationIsApplied() {
        OfUser earlier = ofUser("alice", NOW, null);
        OfUser later = ofUser("alice", NOW.plusSeconds(1), null);
        memory.deny(earlier);
        memory.deny(later);
        memory.applied(earlier);
        assertThat(memory.isDenied("a", "alice", null)).isTrue();
    }

    @Test
    void deniesNoSessionOfAUserOnceAllRevocationsAreAppliedWhateverTheirExceptions() {
        OfUser first = ofUser("alice", NOW, "one");
        OfUser second = ofUser("alice", NOW.plusSeconds(1), "two");
        memory.deny(first);
        memory.deny(second);
        memory.applied(first);
        memory.applied(second);
        assertThat(memory.isDenied("any", "alice", null)).isFalse();
    }

    @Test
    void repeatedRevocationsOfAUserTakeOnePlace() {
        for (int i = 0; i < 100; i++) {
            assertThat(memory.deny(ofUser("alice", NOW.plusSeconds(i), null))).isTrue();
        }
        assertThat(memory.size()).isEqualTo(1);
    }
}
