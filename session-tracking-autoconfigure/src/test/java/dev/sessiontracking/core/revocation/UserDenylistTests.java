// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.core.revocation.Revocation.OfUser;
import dev.sessiontracking.spi.NotBefore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Revocations of all sessions of a user, as this node remembers them. */
class UserDenylistTests {

    private static final Duration RETENTION = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final RevocationDenylist memory = new RevocationDenylist(Clock.fixed(NOW, ZoneOffset.UTC), RETENTION, 3);

    private static OfUser ofUser(String userId, Instant until, @Nullable String except) {
        return new OfUser(userId, until, except, SessionEndReason.REVOKED);
    }

    @Test
    void deniesEveryButTheExceptedSession() {
        memory.deny(ofUser("alice", NOW, "current"));
        assertThat(memory.isDenied("current", "alice", null)).isFalse();
        assertThat(memory.isDenied("other", "alice", null)).isTrue();
        assertThat(memory.isDenied("other", "bob", null)).isFalse();
        assertThat(memory.isDenied("other", null, null)).isFalse();
    }

    @Test
    void doesNotDenyASessionThatThisNodeSawBeginLater() {
        memory.deny(ofUser("alice", NOW, null));
        memory.users().created("alice", "later", NOW);
        assertThat(memory.isDenied("later", "alice", null)).isFalse();
        assertThat(memory.isDenied("before", "alice", null)).isTrue();
    }

    @Test
    void deniesASessionWhoseCreationWasUnderWay() {
        memory.deny(ofUser("alice", NOW, null));
        memory.users().created("alice", "under-way", NOW.minusMillis(1));
        assertThat(memory.isDenied("under-way", "alice", null)).isTrue();
    }

    /** The store was asked before the revocation was made, and has not been told of it. */
    @Test
    void deniesASessionOfWhichTheStoreSaysThatItLivesBeforeTheRevocationIsApplied() {
        OfUser revocation = ofUser("alice", NOW, null);
        memory.deny(revocation);
        memory.users().verified("alice", "a");
        assertThat(memory.isDenied("a", "alice", null)).isTrue();
        memory.applied(revocation);
        assertThat(memory.users().deniesUnlessVerified("a", "alice", null)).isTrue();
    }

    @Test
    void laterRevocationCoversWhatBeganInBetween() {
        memory.deny(ofUser("alice", NOW, null));
        memory.users().created("alice", "between", NOW);
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
    void exceptionOfALaterRevocationDoesNotUndoAnEarlierOne() {
        memory.deny(ofUser("alice", NOW, null));
        memory.deny(ofUser("alice", NOW.plusSeconds(1), "current"));
        assertThat(memory.isDenied("current", "alice", null)).isTrue();
    }

    @Test
    void exceptionOfALaterRevocationHoldsForASessionThatBeganInBetween() {
        memory.deny(ofUser("alice", NOW, null));
        memory.users().created("alice", "current", NOW);
        memory.deny(ofUser("alice", NOW.plusSeconds(1), "current"));
        assertThat(memory.isDenied("current", "alice", null)).isFalse();
    }

    @Test
    void deniesOnlyTokensWithoutASessionOnceTheRevocationOfAUserIsApplied() {
        OfUser revocation = ofUser("alice", NOW, null);
        memory.deny(revocation);
        memory.applied(revocation);
        assertThat(memory.isDenied("a", "alice", null)).isFalse();
        assertThat(memory.users().deniesUnlessVerified("a", "alice", null)).isTrue();
        memory.users().verified("alice", "a");
        assertThat(memory.users().deniesUnlessVerified("a", "alice", null)).isFalse();
        assertThat(memory.users().deniesWithoutSession("alice", null)).isTrue();
        assertThat(memory.users().deniesWithoutSession("alice", NOW.plusMillis(1)))
                .isFalse();
        assertThat(memory.users().deniesWithoutSession("bob", null)).isFalse();
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

    // why, and what other nodes announce

    @Test
    void reasonIsThatOfARevocationThatCoversTheSession() {
        memory.deny(new OfUser("alice", NOW, "current", SessionEndReason.ADMINISTRATOR));
        assertThat(memory.reason("a", "alice", null)).isEqualTo(SessionEndReason.ADMINISTRATOR);
        assertThat(memory.reason("a", "alice", NOW)).isEqualTo(SessionEndReason.ADMINISTRATOR);
        assertThat(memory.reason("a", "alice", NOW.plusSeconds(1))).isNull();
        assertThat(memory.reason("current", "alice", null)).isNull();
        assertThat(memory.reason("a", "bob", null)).isNull();
        assertThat(memory.reason("a", null, null)).isNull();
        memory.deny("a", SessionEndReason.LOGOUT, null, null);
        memory.deny("a", SessionEndReason.REVOKED, null, null);
        assertThat(memory.reason("a", "alice", null)).isEqualTo(SessionEndReason.LOGOUT);
    }

    private boolean isDenied(Instant authenticatedAt) {
        return memory.users().deniesWithoutSession("alice", authenticatedAt);
    }

    @Test
    void latestAnnouncedMarkerOfAUserCounts() {
        memory.denyAnnounced("alice", NotBefore.of(NOW, null));
        assertThat(isDenied(NOW)).isTrue();
        assertThat(isDenied(NOW.plusSeconds(1))).isFalse();
        assertThat(memory.isDenied("a", "alice", NOW)).isFalse();
        assertThat(memory.reason("a", "alice", NOW.minusSeconds(10)))
                .as("it is not announced")
                .isNull();
        memory.denyAnnounced("alice", NotBefore.of(NOW.plusSeconds(2), null));
        memory.denyAnnounced("alice", NotBefore.of(NOW.plusSeconds(1), null));
        assertThat(isDenied(NOW.plusSeconds(2))).isTrue();
        assertThat(memory.size()).isEqualTo(1);
        memory.denyAnnounced("alice", NotBefore.CLEARED);
        assertThat(isDenied(NOW)).isFalse();
        assertThat(memory.size()).isZero();
    }

    /** A node reads the last entry once more when it reconnects. */
    @Test
    void markerThatIsAnnouncedAgainKeepsTheSessionsThatAreKnownToBeLater() {
        memory.denyAnnounced("alice", NotBefore.of(NOW, null));
        memory.users().verified("alice", "single sign-on");
        memory.denyAnnounced("alice", NotBefore.of(NOW, null));
        Instant earlierLogin = NOW.minusSeconds(60);
        assertThat(memory.users().deniesUnlessVerified("single sign-on", "alice", earlierLogin))
                .isFalse();
        assertThat(memory.users().deniesUnlessVerified("other", "alice", earlierLogin))
                .isTrue();
    }

    @Test
    void latestTimeOfATokenIsAfterAnAnnouncedMarker() {
        memory.denyAnnounced("alice", NotBefore.of(NOW, null));
        assertThat(memory.users().deniesUnlessVerified("a", "alice", Instant.MAX))
                .isFalse();
    }

    @Test
    void announcedMarkerThatIsOverTakesNoPlace() {
        memory.denyAnnounced("alice", NotBefore.of(NOW.minus(RETENTION), null));
        assertThat(memory.size()).isZero();
    }

    @Test
    void announcedMarkerReplacesNoPendingRevocationAndIsDisplaced() {
        memory.deny(ofUser("alice", NOW, null));
        memory.denyAnnounced("alice", NotBefore.of(NOW.plusSeconds(1), null));
        assertThat(memory.size()).isEqualTo(2);
        assertThat(memory.isDenied("a", "alice", NOW)).isTrue();
        memory.denyAnnounced("alice", NotBefore.CLEARED);
        assertThat(memory.isDenied("a", "alice", NOW)).isTrue();
        memory.denyAnnounced("bob", NotBefore.of(NOW, null));
        memory.denyAnnounced("carol", NotBefore.of(NOW, null));
        assertThat(memory.deny("x", SessionEndReason.REVOKED, null, null)).isNotNull();
        assertThat(memory.users().deniesWithoutSession("bob", NOW)).isFalse();
        assertThat(memory.users().deniesWithoutSession("carol", NOW)).isTrue();
        assertThat(memory.size()).isEqualTo(3);
    }

    @Test
    void announcedSessionIsRememberedForTheRestOfTheRetention() {
        memory.denyAnnounced("old", null, NOW.minus(RETENTION));
        memory.denyAnnounced("new", null, NOW.minus(RETENTION).plusMillis(1));
        assertThat(memory.isDenied("old")).isFalse();
        assertThat(memory.isDenied("new")).isTrue();
        memory.deny(ofUser("alice", NOW, null));
        memory.deny(ofUser("bob", NOW, null));
        memory.denyAnnounced("newer", null, NOW);
        assertThat(memory.isDenied("new")).isFalse();
        assertThat(memory.isDenied("newer")).isTrue();
        memory.deny(ofUser("carol", NOW, null));
        memory.denyAnnounced("no room", null, NOW);
        assertThat(memory.isDenied("no room")).isFalse();
    }

    @Test
    void announcedMarkerIsDisplacedWithoutThePendingRevocationOfItsUser() {
        memory.deny(ofUser("alice", NOW, null));
        memory.denyAnnounced("alice", NotBefore.of(NOW.plusSeconds(1), null));
        memory.deny("x", SessionEndReason.REVOKED, null, null);
        memory.deny("y", SessionEndReason.REVOKED, null, null);
        assertThat(memory.isDenied("a", "alice", NOW)).isTrue();
        assertThat(memory.users().deniesWithoutSession("alice", NOW.plusSeconds(1)))
                .isFalse();
    }

    @Test
    void earlierMarkerThatIsAnnouncedLaterChangesNothing() {
        memory.denyAnnounced("alice", NotBefore.of(NOW.plusSeconds(1), null));
        memory.denyAnnounced("alice", NotBefore.of(NOW, null));
        assertThat(isDenied(NOW.plusSeconds(1))).isTrue();
        for (String session : List.of("x", "y", "z")) {
            assertThat(memory.deny(session, SessionEndReason.REVOKED, null, null))
                    .isNotNull();
        }
        assertThat(isDenied(NOW)).as("it was displaced").isFalse();
    }

    @Test
    void onlySoManyLaterSessionsAreRemembered() {
        memory.deny(ofUser("alice", NOW, null));
        for (int i = 0; i <= 1_000; i++) {
            memory.users().created("alice", "later-" + i, NOW);
        }
        assertThat(memory.isDenied("later-999", "alice", null)).isFalse();
        assertThat(memory.isDenied("later-1000", "alice", null)).isTrue();
    }
}
