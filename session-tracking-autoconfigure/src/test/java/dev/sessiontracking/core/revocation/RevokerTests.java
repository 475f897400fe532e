// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionChange.End;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a revocation does on this node and in the store, in which order, and what is left when the store fails. */
@ExtendWith(OutputCaptureExtension.class)
class RevokerTests extends RevokerFixture {

    private RevokedSessions revokeAll(@Nullable String except) {
        return revoker.revokeAll("alice", except, SessionEndReason.REVOKED);
    }

    // one session

    @Test
    void nodeRejectsTheSessionBeforeTheStoreRemovesIt() {
        login("a");
        store.beforeRemoval(() -> assertThat(denylist.isDenied("a")).isTrue());
        assertThat(revoke("a")).isTrue();
        assertThat(store.holds("a")).isFalse();
        assertThat(denylist.isDenied("a")).isTrue();
        assertThat(outcomes.lines).containsExactly("revoked ONE [a] null");
        assertThat(store.end()).isEqualTo(new End(SessionEndReason.REVOKED, TTL, Duration.ZERO));
    }

    @Test
    void madeUpIdIsNotRemembered() {
        assertThat(revoke("made-up")).isFalse();
        assertThat(denylist.size()).isZero();
        assertThat(outcomes.lines).isEmpty();
    }

    @Test
    void sessionThatTheCacheHoldsAsLiveIsRemembered() {
        reader.renewLease();
        reader.cache.putLive("a", 1, NOW.plus(TTL).toEpochMilli());
        assertThat(revoke("a")).isFalse();
        assertThat(denylist.isDenied("a")).isTrue();
        reader.cache.putAbsent("b");
        assertThat(revoke("b")).isFalse();
        assertThat(denylist.isDenied("b")).isFalse();
    }

    @Test
    void pendingRevocationIsAppliedOnce() {
        login("a");
        store.fail();
        assertThat(revoke("a")).isTrue();
        assertThat(revoker.isPending("a")).isTrue();
        assertThat(revoker.isPending("b")).isFalse();
        applyPending();
        assertThat(store.holds("a")).isFalse();
        assertThat(revoker.isPending("a")).isFalse();
        assertThat(outcomes.lines).containsExactly("pending ONE a null", "applied ONE a null 1");
    }

    @Test
    void pendingRevocationOfNothingIsAppliedWithoutASession() {
        store.fail();
        revoke("made-up");
        applyPending();
        assertThat(outcomes.lines).containsExactly("pending ONE made-up null", "applied ONE made-up null 0");
    }

    @Test
    void withoutRoomTheStoreAloneEnforcesItWithOneWarning(CapturedOutput output) {
        store.fail();
        revoke("a");
        revoke("b");
        store.recoverSilently();
        reader.renewLease();
        for (String id : List.of("c", "d", "f")) {
            login(id);
            reader.cache.putLive(id, 1, NOW.plus(TTL).toEpochMilli());
            assertThat(revoke(id)).isTrue();
            assertThat(store.holds(id)).isFalse();
            assertThat(denylist.isDenied(id)).isFalse();
            assertThat(reader.cache.lookup(id)).isEqualTo(SessionStatus.UNKNOWN);
        }
        assertThat(output).containsOnlyOnce("The revocation denylist is full of pending revocations");
        store.fail();
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> revoke("e"))
                .withMessageContaining("full of unconfirmed revocations");
    }

    @Test
    void closingMakesALastAttempt() {
        login("a");
        store.fail();
        revoke("a");
        store.recoverSilently();
        revoker.close();
        assertThat(store.holds("a")).isFalse();
    }

    // all sessions of a user

    @Test
    void nodeRejectsEachSessionOfTheUserBeforeTheStoreRemovesIt() {
        login("a");
        login("kept");
        store.beforeRemoval(() -> assertThat(denylist.isDenied("a")).isTrue());
        assertThat(revokeAll("kept")).isEqualTo(new RevokedSessions(1, false));
        assertThat(store.holds("kept")).isTrue();
        assertThat(store.marker("alice")).isEqualTo(NotBefore.of(NOW, "kept"));
        assertThat(denylist.isDenied("a")).isTrue();
        assertThat(denylist.isDenied("kept")).isFalse();
        assertThat(outcomes.lines).containsExactly("revoked OTHERS [a] alice");
    }

    @Test
    void moreSessionsThanThereIsRoomForAreRemovedFromTheCache() {
        store.fail();
        revoke("pending");
        store.recoverSilently();
        reader.renewLease();
        for (String id : List.of("a", "b", "c")) {
            login(id);
            reader.cache.putLive(id, 1, NOW.plus(TTL).toEpochMilli());
        }
        assertThat(revokeAll(null).count()).isEqualTo(3);
        assertThat(List.of("a", "b", "c"))
                .allMatch(id -> denylist.isDenied(id) || reader.cache.lookup(id) == SessionStatus.UNKNOWN);
        // Confirmed: they give way.
        login("d");
        assertThat(revoke("d")).isTrue();
        assertThat(denylist.isDenied("d")).isTrue();
    }

    @Test
    void pendingRevocationOfAUserRaisesTheMarkerToItsTime() {
        login("a");
        store.fail();
        assertThat(revokeAll(null)).isEqualTo(new RevokedSessions(0, true));
        assertThat(denylist.isDenied("a", "alice", null)).isTrue();
        clock.advance(Duration.ofMinutes(1));
        applyPending();
        assertThat(store.holds("a")).isFalse();
        assertThat(store.marker("alice")).isEqualTo(NotBefore.of(NOW, null));
        assertThat(outcomes.lines).containsExactly("pending ALL null alice", "applied ALL null alice 1");
    }

    // what the near cache reports

    @Test
    void sessionRevokedElsewhereIsRemembered() {
        revoker.observer().onRevokedElsewhere("a");
        assertThat(revoker.observer().isRevoked("a")).isTrue();
        assertThat(revoker.observer().isRevoked("b")).isFalse();
        assertThat(denylist.isDenied("a")).isTrue();
    }

    @Test
    void revokedSessionThatIsBackIsRemovedAgainAndNoOther() {
        login("a");
        revoke("a");
        login("a");
        login("b");
        revoker.observer().onResurrected("a");
        revoker.observer().onResurrected("b");
        assertThat(store.holds("a")).isFalse();
        assertThat(store.holds("b")).isTrue();
    }

    @Test
    void sessionThatIsBackWhileItIsRevokedIsRemovedAfterwards() {
        for (boolean all : List.of(false, true)) {
            login("a");
            store.beforeRemoval(() -> revoker.observer().onResurrected("a"));
            store.afterRemoval(() -> login("a"));
            assertThat(all ? revokeAll(null).count() == 1 : revoke("a")).isTrue();
            assertThat(store.holds("a")).isFalse();
            assertThat(denylist.isDenied("a")).isTrue();
        }
        assertThat(outcomes.lines).containsExactly("revoked ONE [a] null", "revoked ALL [a] alice");
    }

    /** The answer to the first is lost, and the store falls back to an earlier state. */
    @Test
    void sessionThatIsBackBetweenTwoRevocationsIsRemovedAfterwards() {
        login("a");
        store.beforeRemoval(() -> {
            store.beforeRemoval(() -> {});
            revoke("a");
            login("a");
            revoker.observer().onResurrected("a");
        });
        revoke("a");
        assertThat(store.holds("a")).isFalse();
    }

    @Test
    void storeThatComesBackMeanwhileDoesNotTakeTheRevocationAway() {
        login("a");
        store.beforeRemoval(revoker.recovery()::available);
        assertThat(revoke("a")).isTrue();
        assertThat(outcomes.lines).containsExactly("revoked ONE [a] null");
    }

    // recovery

    @Test
    void storeThatHasLostConfirmedRevocationsReceivesThemAgain() {
        login("a");
        revoke("a");
        login("a");
        login("other");
        store.putMarker("alice", NotBefore.NONE);
        revoker.recovery().partReplaced();
        assertThat(store.holds("a")).isFalse();
        assertThat(store.holds("other")).isTrue();
    }

    @Test
    void restorationOfMarkersIsRepeatedUntilTheStoreConfirmsIt() {
        revokeAll(null);
        store.putMarker("alice", NotBefore.NONE);
        store.fail();
        revoker.recovery().available();
        assertThat(store.marker("alice")).isEqualTo(NotBefore.NONE);
        store.recoverSilently();
        await().until(() -> store.marker("alice").millis() == NOW.toEpochMilli());
    }
}
