package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.Revocation.OfSession;
import dev.sessiontracking.core.Revocation.OfUser;
import dev.sessiontracking.core.RevocationDenylist.Denial;
import dev.sessiontracking.core.SessionChecker.TokenSession;
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

    private static TokenSession token(String sessionId, String userId) {
        return new TokenSession(sessionId, userId, null);
    }

    private static TokenSession token(String sessionId, String userId, Instant authenticatedAt) {
        return new TokenSession(sessionId, userId, authenticatedAt);
    }

    private static OfUser ofUser(String userId, Instant until, @Nullable String except) {
        return new OfUser(userId, until, except);
    }

    // sessions

    @Test
    void deniesNothingAtFirst() {
        assertThat(memory.isDenied("a")).isFalse();
        assertThat(memory.isDenied(token("a", "alice"))).isFalse();
        assertThat(memory.size()).isZero();
    }

    @Test
    void deniesASessionAndNoOther() {
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.isDenied("a")).isTrue();
        assertThat(memory.isDenied(token("a", "alice"))).isTrue();
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
            memory.denyByEvidence("elsewhere-" + i);
        }
        assertThat(memory.isDenied("elsewhere-99")).isTrue();
        assertThat(memory.size()).isEqualTo(3);
        assertThat(memory.deny("a")).isNotNull();
        assertThat(memory.deny("b")).isNotNull();
        assertThat(memory.deny("c")).isNotNull();
        memory.denyByEvidence("one-more");
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
        assertThat(memory.isDenied(token("a", "alice"))).isTrue();
        assertThat(memory.isDenied(token("b", "alice"))).isTrue();
        assertThat(memory.isDenied(token("c", "bob"))).isFalse();
        assertThat(memory.isDenied(TokenSession.of("d"))).isFalse();
    }

    @Test
    void deniesEveryButTheExceptedSession() {
        memory.deny(ofUser("alice", NOW, "current"));
        assertThat(memory.isDenied(token("current", "alice"))).isFalse();
        assertThat(memory.isDenied(token("other", "alice"))).isTrue();
    }

    @Test
    void doesNotDenyASessionThatThisNodeSawBeginLater() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "later", NOW);
        assertThat(memory.isDenied(token("later", "alice"))).isFalse();
        assertThat(memory.isDenied(token("before", "alice"))).isTrue();
    }

    @Test
    void deniesASessionWhoseCreationWasUnderWay() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "under-way", NOW.minusMillis(1));
        assertThat(memory.isDenied(token("under-way", "alice"))).isTrue();
    }

    /** The store was asked before the revocation was made, and has not been told of it. */
    @Test
    void deniesASessionOfWhichTheStoreSaysThatItLivesBeforeTheRevocationIsApplied() {
        OfUser revocation = ofUser("alice", NOW, null);
        memory.deny(revocation);
        memory.proven(token("a", "alice"));
        assertThat(memory.isDenied(token("a", "alice"))).isTrue();
        memory.applied(revocation);
        assertThat(memory.isDeniedUnlessProven(token("a", "alice"))).isTrue();
    }

    @Test
    void laterRevocationCoversWhatBeganInBetween() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "between", NOW);
        memory.deny(ofUser("alice", NOW.plusSeconds(1), null));
        assertThat(memory.isDenied(token("between", "alice"))).isTrue();
    }

    @Test
    void doesNotDenyAUserWhoGaveCredentialsLater() {
        memory.deny(ofUser("alice", NOW, null));
        assertThat(memory.isDenied(token("a", "alice", NOW))).isTrue();
        assertThat(memory.isDenied(token("a", "alice", NOW.minusSeconds(1)))).isTrue();
        assertThat(memory.isDenied(token("a", "alice", NOW.plusSeconds(1)))).isFalse();
    }

    @Test
    void sessionDeniedByItsIdIsDeniedWhateverItsAuthenticationTime() {
        memory.deny("a");
        assertThat(memory.isDenied(token("a", "alice", NOW.plusSeconds(60)))).isTrue();
    }

    @Test
    void exceptionOfALaterRevocationDoesNotUndoAnEarlierOne() {
        memory.deny(ofUser("alice", NOW, null));
        memory.deny(ofUser("alice", NOW.plusSeconds(1), "current"));
        assertThat(memory.isDenied(token("current", "alice"))).isTrue();
    }

    @Test
    void exceptionOfALaterRevocationHoldsForASessionThatBeganInBetween() {
        memory.deny(ofUser("alice", NOW, null));
        memory.created("alice", "current", NOW);
        memory.deny(ofUser("alice", NOW.plusSeconds(1), "current"));
        assertThat(memory.isDenied(token("current", "alice"))).isFalse();
    }

    @Test
    void deniesOnlyTokensWithoutASessionOnceTheRevocationOfAUserIsApplied() {
        OfUser revocation = ofUser("alice", NOW, null);
        memory.deny(revocation);
        memory.applied(revocation);
        assertThat(memory.isDenied(token("a", "alice"))).isFalse();
        assertThat(memory.isDeniedUnlessProven(token("a", "alice"))).isTrue();
        memory.proven(token("a", "alice"));
        assertThat(memory.isDeniedUnlessProven(token("a", "alice"))).isFalse();
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
        assertThat(memory.isDenied(token("a", "alice"))).isTrue();
    }

    @Test
    void deniesNoSessionOfAUserOnceAllRevocationsAreAppliedWhateverTheirExceptions() {
        OfUser first = ofUser("alice", NOW, "one");
        OfUser second = ofUser("alice", NOW.plusSeconds(1), "two");
        memory.deny(first);
        memory.deny(second);
        memory.applied(first);
        memory.applied(second);
        assertThat(memory.isDenied(token("any", "alice"))).isFalse();
    }

    @Test
    void repeatedRevocationsOfAUserTakeOnePlace() {
        for (int i = 0; i < 100; i++) {
            assertThat(memory.deny(ofUser("alice", NOW.plusSeconds(i), null))).isTrue();
        }
        assertThat(memory.size()).isEqualTo(1);
    }
}
