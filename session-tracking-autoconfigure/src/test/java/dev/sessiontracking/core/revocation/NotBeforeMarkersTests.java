// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SwitchableStore;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node reads, remembers, raises and restores of not-before markers. */
class NotBeforeMarkersTests {

    private static final Duration LIFETIME = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private static final Duration TICK = Duration.ofMillis(1);

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    private long nanos = Long.MAX_VALUE / 4;

    private final NotBeforeMarkers markers =
            new NotBeforeMarkers(store, store::notBefore, LIFETIME, clock, () -> nanos);

    private static NotBefore at(Instant time) {
        return NotBefore.of(time, null);
    }

    private NotBefore readForToken() {
        return markers.readForToken("alice").toCompletableFuture().join();
    }

    private boolean restore() {
        return markers.restore().toCompletableFuture().join();
    }

    private void login(String id, Instant time) {
        store.put(new UserSession(id, "alice", SessionMetadata.none(), time, time.plus(LIFETIME), true));
    }

    // reading

    @Test
    void storeIsRead() {
        store.putMarker("alice", at(NOW));
        assertThat(markers.read("alice")).isEqualTo(at(NOW));
        markers.clear("alice");
        assertThat(markers.read("alice")).isEqualTo(NotBefore.CLEARED);
    }

    @Test
    void markerMoreThanADayAheadIsNone() {
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        for (NotBefore credible : List.of(at(tomorrow), new NotBefore(1, "a", tomorrow.toEpochMilli()))) {
            store.putMarker("alice", credible);
            assertThat(markers.read("alice")).isEqualTo(credible);
        }
        Instant later = tomorrow.plus(TICK);
        for (NotBefore mistake : List.of(at(later), new NotBefore(1, "a", later.toEpochMilli()))) {
            store.putMarker("alice", mistake);
            assertThat(markers.read("alice")).isEqualTo(NotBefore.NONE);
        }
    }

    // remembering

    @Test
    void rememberedMarkerIsReadDuringAnOutage() {
        store.putMarker("alice", at(NOW));
        assertThat(markers.readOrRemember("alice")).isEqualTo(at(NOW));
        store.fail();
        assertThat(markers.readOrRemember("alice")).isEqualTo(at(NOW));
        assertThat(markers.readOrRemember("bob")).isEqualTo(NotBefore.NONE);
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> markers.read("alice"));
    }

    @Test
    void markerThatTheStoreHasLostCountsForTokensAsLongAsTheyLive() {
        store.putMarker("alice", at(NOW));
        assertThat(readForToken()).isEqualTo(at(NOW));
        NotBefore earlier = at(NOW.minusSeconds(60));
        store.putMarker("alice", earlier);
        assertThat(readForToken()).isEqualTo(at(NOW));
        assertThat(markers.read("alice")).as("for sessions").isEqualTo(earlier);
        clock.advance(LIFETIME.minus(TICK));
        assertThat(readForToken()).isEqualTo(at(NOW));
        assertThat(markers.isRememberedToCover("alice", NOW)).isTrue();
        clock.advance(TICK);
        assertThat(markers.isRememberedToCover("alice", NOW)).isFalse();
        assertThat(readForToken()).isEqualTo(earlier);
    }

    /** It may spare another session. */
    @Test
    void markerOfTheSameTimeReplacesTheRememberedOne() {
        NotBefore sparing = NotBefore.of(NOW, "spared");
        store.putMarker("alice", at(NOW));
        markers.read("alice");
        store.putMarker("alice", sparing);
        assertThat(readForToken()).isEqualTo(sparing);
        store.fail();
        assertThat(markers.readOrRemember("alice")).isEqualTo(sparing);
    }

    @Test
    void onlyARememberedMarkerCoversTokensDuringAnOutage() {
        store.putMarker("alice", at(NOW));
        markers.read("alice");
        markers.read("bob");
        assertThat(markers.isRememberedToCover("alice", null)).isTrue();
        assertThat(markers.isRememberedToCover("alice", NOW)).isTrue();
        assertThat(markers.isRememberedToCover("alice", NOW.plus(TICK))).isFalse();
        assertThat(markers.isRememberedToCover("bob", null)).isFalse();
    }

    @Test
    void clearedMarkerIsForgotten() {
        store.putMarker("alice", at(NOW));
        markers.read("alice");
        store.putMarker("alice", NotBefore.CLEARED);
        assertThat(readForToken()).isEqualTo(NotBefore.CLEARED);
        assertThat(markers.isRememberedToCover("alice", NOW)).isFalse();
    }

    // the cut-off

    @Test
    void cutoffOfTheStoreCountsHoweverOldItIs() {
        NotBefore old = at(NOW.minus(LIFETIME));
        store.putMarker(ALL_USERS, old);
        assertThat(markers.cutoff().join()).isEqualTo(old);
        assertThat(markers.remembered(ALL_USERS)).isEqualTo(NotBefore.NONE);
    }

    @Test
    void rememberedCutoffCountsDuringAnOutage() {
        markers.raise(ALL_USERS, at(NOW));
        store.fail();
        assertThat(markers.cutoff().join()).isEqualTo(at(NOW));
    }

    @Test
    void cutoffIsReadAgainBeforeItIsTooOldAndMeanwhileNobodyWaits() {
        store.putMarker(ALL_USERS, at(NOW));
        assertThat(markers.cutoffNow()).isEqualTo(at(NOW));
        nanos += Duration.ofMillis(250).toNanos();
        assertThat(markers.cutoffNow()).isEqualTo(at(NOW));
        assertThat(store.questions()).isEqualTo(1);
        store.hang();
        nanos++;
        assertThat(markers.cutoffNow()).isEqualTo(at(NOW));
        assertThat(store.questions()).isEqualTo(2);
        nanos += Duration.ofMillis(250).toNanos() - 1;
        assertThat(markers.cutoffNow()).isEqualTo(at(NOW));
        assertThat(markers.cutoff()).isCompletedWithValue(at(NOW));
        nanos++;
        assertThat(markers.cutoffNow()).isNull();
        assertThat(markers.cutoff()).isNotDone();
    }

    @Test
    void answerOfTheStoreReplacesTheCutoffThatIsGettingOld() {
        store.putMarker(ALL_USERS, at(NOW));
        markers.cutoffNow();
        store.putMarker(ALL_USERS, at(NOW.plus(TICK)));
        nanos += Duration.ofMillis(251).toNanos();
        assertThat(markers.cutoffNow()).isEqualTo(at(NOW.plus(TICK)));
    }

    // raising and clearing

    @Test
    void raisedMarkerIsWrittenAndRemembered() {
        markers.raise("alice", NotBefore.of(NOW.minusSeconds(1), "spared"));
        assertThat(store.marker("alice")).isEqualTo(NotBefore.of(NOW.minusSeconds(1), "spared"));
        assertThat(store.questions()).isEqualTo(1);
        store.fail();
        assertThat(markers.readOrRemember("alice")).isEqualTo(NotBefore.of(NOW.minusSeconds(1), "spared"));
        assertThatExceptionOfType(SessionStoreUnavailableException.class)
                .isThrownBy(() -> markers.raise("bob", at(NOW)));
        assertThat(markers.isRememberedToCover("bob", NOW)).isFalse();
    }

    @Test
    void laterMarkerOfAnotherNodeIsTheOneToRemember() {
        NotBefore later = NotBefore.of(NOW, "spared by the other");
        store.putMarker("alice", later);
        markers.raise("alice", NotBefore.of(NOW.minusSeconds(1), "spared"));
        store.fail();
        assertThat(markers.readOrRemember("alice")).isEqualTo(later);
    }

    @Test
    void clearingRemovesItFromTheStoreAndTheMemory() {
        markers.raise("alice", at(NOW));
        markers.clear("alice");
        assertThat(store.marker("alice")).isEqualTo(NotBefore.CLEARED);
        assertThat(markers.isRememberedToCover("alice", NOW)).isFalse();
        store.fail();
        assertThatExceptionOfType(SessionStoreUnavailableException.class).isThrownBy(() -> markers.clear("bob"));
    }

    // restoring

    @Test
    void lostMarkerIsRestoredAndWhatItCoveredIsRevoked() {
        markers.raise("alice", NotBefore.of(NOW, "spared"));
        store.putMarker("alice", NotBefore.NONE);
        login("covered", NOW);
        login("spared", NOW);
        login("later", NOW.plus(TICK));
        clock.advance(Duration.ofMinutes(1));
        assertThat(restore()).isTrue();
        assertThat(store.marker("alice").millis()).isEqualTo(NOW.toEpochMilli());
        assertThat(store.marker("alice").sparedSessionId()).isEqualTo("spared");
        assertThat(store.holds("covered")).isFalse();
        assertThat(store.holds("spared")).isTrue();
        assertThat(store.holds("later")).isTrue();
    }

    @Test
    void markerThatTheStoreStillHasOrThatWasClearedIsLeftAlone() {
        markers.raise("alice", at(NOW));
        login("restored by hand", NOW);
        for (NotBefore left : List.of(at(NOW), at(NOW.plusSeconds(1)), NotBefore.CLEARED)) {
            store.putMarker("alice", left);
            assertThat(restore()).isTrue();
            assertThat(store.marker("alice")).isEqualTo(left);
        }
        assertThat(store.holds("restored by hand")).isTrue();
    }

    /** The marker would cover sessions that began after it. */
    @Test
    void markerIsLoweredToTheClockOfTheNewMaster() {
        markers.raise("alice", at(NOW));
        store.putMarker("alice", NotBefore.NONE);
        login("covered", NOW.minusSeconds(61));
        clock.advance(Duration.ofMinutes(-1));
        assertThat(restore()).isTrue();
        assertThat(store.holds("covered")).isTrue();
        store.fail();
        assertThat(markers.readOrRemember("alice").millis())
                .isEqualTo(NOW.minusSeconds(60).toEpochMilli());
    }

    @Test
    void restorationThatFailsSaysSoAndSkipsTheRest() {
        markers.raise("alice", at(NOW));
        markers.raise("bob", at(NOW));
        store.fail();
        int before = store.questions();
        assertThat(restore()).isFalse();
        assertThat(store.questions()).isEqualTo(before + 1);
        store.recoverSilently();
        assertThat(restore()).isTrue();
    }

    @Test
    void markerThatNoTokenCanMeetIsNotRestored() {
        markers.raise("alice", at(NOW));
        store.putMarker("alice", NotBefore.NONE);
        clock.advance(LIFETIME);
        assertThat(restore()).isTrue();
        assertThat(store.marker("alice")).isEqualTo(NotBefore.NONE);
        clock.advance(TICK.negated());
        assertThat(restore()).isTrue();
        assertThat(store.marker("alice")).isEqualTo(at(NOW));
    }

    @Test
    void oldestOfTooManyIsForgottenButNeverTheCutoff() {
        markers.raise(ALL_USERS, at(NOW));
        for (int i = 0; i <= 10_000; i++) {
            store.putMarker("user" + i, at(NOW));
            markers.read("user" + i);
        }
        assertThat(markers.isRememberedToCover(ALL_USERS, NOW)).isTrue();
        assertThat(markers.isRememberedToCover("user1", NOW)).isFalse();
        assertThat(markers.isRememberedToCover("user2", NOW)).isTrue();
        assertThat(markers.isRememberedToCover("user10000", NOW)).isTrue();
    }
}
