// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SwitchableStore;
import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The cut-off of all users, and what other nodes announce. */
class CutoffRevokerTests extends RevokerFixture {

    private final MutableClock clockOfStore = MutableClock.startingAt(NOW);

    private final RevocationObserver announcements = revoker.observer();

    CutoffRevokerTests() {
        store.withMarkers(clockOfStore);
    }

    private static NotBefore at(Instant time) {
        return NotBefore.of(time, null);
    }

    private NotBefore known() {
        return markers.cutoff().join();
    }

    // the cut-off of this node

    @Test
    void timeInThePastIsTheCutoff() {
        Instant past = NOW.minus(Duration.ofHours(1));
        assertThat(known().exists()).isFalse();
        assertThat(revoker.revokeEverything(past)).isEqualTo(new SessionCutoff(past, false));
        assertThat(outcomes.lines).containsExactly("cutoff " + past);
        assertThat(store.marker(ALL_USERS)).isEqualTo(at(past));
        assertThat(known())
                .as("known at once, not after the staleness of the cut-off")
                .isEqualTo(at(past));
    }

    @Test
    void timeInTheFutureIsTheStoresPresentTime() {
        Instant future = NOW.plus(Duration.ofHours(1));
        assertThat(revoker.revokeEverything(future).time()).isEqualTo(NOW);
    }

    @Test
    void timeWithinADayIsComparedByTheStore() {
        clockOfStore.advance(Duration.ofDays(2));
        Instant future = NOW.plus(Duration.ofHours(23));
        assertThat(revoker.revokeEverything(future).time()).isEqualTo(future);
        Instant day = NOW.plus(Duration.ofDays(1));
        assertThat(revoker.revokeEverything(day).time()).isEqualTo(clockOfStore.instant());
    }

    @Test
    void earlierCutoffDoesNotLowerALaterOne() {
        revoker.revokeEverything(NOW);
        assertThat(revoker.revokeEverything(NOW.minusSeconds(60)).time()).isEqualTo(NOW);
        assertThat(known()).isEqualTo(at(NOW));
    }

    @Test
    void cutoffDuringAnOutageIsEnforcedHereAndPending() {
        store.fail();
        Instant past = NOW.minusSeconds(60);
        assertThat(revoker.revokeEverything(past)).isEqualTo(new SessionCutoff(past, true));
        assertThat(markers.remembered(ALL_USERS)).isEqualTo(at(past));
        assertThat(outcomes.lines).containsExactly("pending ALL_USERS null null");

        applyPending();
        assertThat(store.marker(ALL_USERS)).isEqualTo(at(past));
        assertThat(outcomes.lines).containsExactly("pending ALL_USERS null null", "applied ALL_USERS null null 0");
    }

    @Test
    void cutoffInTheFutureIsEnforcedUntilNowDuringAnOutage() {
        store.fail();
        assertThat(revoker.revokeEverything(NOW.plusSeconds(60))).isEqualTo(new SessionCutoff(NOW, true));
        assertThat(markers.remembered(ALL_USERS)).isEqualTo(at(NOW));
    }

    @Test
    void cutoffThatCannotBeKeptIsAnError() {
        store.fail();
        revoke("a");
        revoke("b");
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> revoker.revokeEverything(NOW));
        assertThat(revoker.pendingCount()).isEqualTo(2);
    }

    @Test
    void storeThatKeepsNoMarkersIsAnErrorOfTheCutoff() {
        SwitchableStore simple = new SwitchableStore();
        NotBeforeMarkers none = new NotBeforeMarkers(simple, simple::notBefore, TTL, clock, System::nanoTime);
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> none.raise(ALL_USERS, at(NOW)));
    }

    // the time of a revocation of one user

    @Test
    void revocationOfAUserTakesTheTimeOfTheStoreUnlessItHasOne() {
        clockOfStore.advance(Duration.ofSeconds(10));
        revoker.revokeAllUntil("alice", NOW, SessionEndReason.IDENTITY_PROVIDER);
        assertThat(store.marker("alice")).isEqualTo(at(NOW));
        revoker.revokeAll("alice", null, SessionEndReason.REVOKED);
        assertThat(store.marker("alice").millis()).isEqualTo(clockOfStore.millis());
    }

    // what other nodes announce

    @Test
    void announcedSessionIsRejected() {
        announcements.onAnnounced("a", "owner", NOW);
        assertThat(announcements.isRevoked("a")).isTrue();
        assertThat(announcements.isRevoked("b")).isFalse();
    }

    @Test
    void announcedCutoffHoldsHereAndIsNoMarkerOfAUser() {
        announcements.onAnnounced(ALL_USERS, at(NOW));
        assertThat(markers.remembered(ALL_USERS)).isEqualTo(at(NOW));
        assertThat(denylist.size()).isZero();
    }

    @Test
    void announcedMarkerRejectsWhatTheUserBeganBefore() {
        announcements.onAnnounced("alice", at(NOW));
        assertThat(denylist.users().deniesUnlessVerified("a", "alice", NOW.minusSeconds(10)))
                .isTrue();
        assertThat(denylist.users().deniesUnlessVerified("a", "alice", NOW.plusSeconds(10)))
                .isFalse();
        assertThat(denylist.users().deniesUnlessVerified("a", "bob", NOW.minusSeconds(10)))
                .isFalse();
        assertThat(markers.remembered(ALL_USERS).exists()).isFalse();
    }

    @Test
    void markerMoreThanADayAheadIsIgnored() {
        Instant latest = NOW.plus(Duration.ofDays(1));
        announcements.onAnnounced("alice", at(latest.plusMillis(1)));
        announcements.onAnnounced(ALL_USERS, at(latest.plusMillis(1)));
        assertThat(denylist.size()).isZero();
        assertThat(markers.remembered(ALL_USERS).exists()).isFalse();

        announcements.onAnnounced("alice", at(latest));
        assertThat(denylist.size()).isEqualTo(1);
    }
}
