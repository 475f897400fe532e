// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a check answers, and from where: denylist, near cache, store, or nowhere. */
class SessionEngineTests {

    private static final Duration TTL = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    private final CachingReaderStub reader = new CachingReaderStub(clock);

    private final SessionTracking tracking = new SessionTracking(
            store, reader, new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(TTL), TTL, 100), clock);

    private final SessionChecker engine = tracking.checker();

    @AfterEach
    void close() {
        store.recoverSilently();
        tracking.close();
    }

    private static TokenSession token(String id) {
        return new TokenSession(id, "alice", null);
    }

    /** A session that another node created. */
    private void createdElsewhere(String id) {
        store.put(new UserSession(id, "alice", SessionMetadata.none(), clock.instant(), NOW.plus(TTL), true));
    }

    private void revokeAllDuringAnOutage() {
        store.fail();
        assertThat(tracking.service().revokeAllUserSessions("alice").pending()).isTrue();
    }

    private void recover() {
        store.recover();
        await().until(() -> tracking.pendingRevocations() == 0);
    }

    @Test
    void nearCacheAnswersWithoutTheStore() {
        reader.renewLease();
        reader.cache.putLive("live", 1, NOW.plus(TTL).toEpochMilli());
        reader.cache.putAbsent("ended");
        assertThat(engine.check(token("live"))).isEqualTo(Result.LIVE_BY_CACHE);
        assertThat(engine.checkNow(token("ended"))).isEqualTo(Result.ENDED_BY_CACHE);
        assertThat(engine.checkNow(token("unknown"))).isNull();
        assertThat(reader.checked).containsExactly("live", "ended", "unknown");
        // For the cut-off, which is not in this cache.
        assertThat(store.questions()).isEqualTo(1);
        assertThat(tracking.statistics().checks().of(Result.LIVE_BY_CACHE)).isEqualTo(1);
        assertThat(tracking.statistics().checks().of(Result.ENDED_BY_CACHE)).isEqualTo(1);
    }

    @Test
    void storeIsAskedInTheWayThatFillsTheCacheIfThatIsOpen() {
        createdElsewhere("a");
        assertThat(engine.check(token("a"))).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(store.questions()).isEqualTo(2);
        reader.read = CompletableFuture.completedFuture(false);
        assertThat(engine.check(token("a"))).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(store.questions()).isEqualTo(2);
        assertThat(tracking.statistics().checks().of(Result.LIVE_BY_STORE)).isEqualTo(1);
        assertThat(tracking.statistics().checks().of(Result.ENDED_BY_STORE)).isEqualTo(1);
    }

    @Test
    void answerOfABrokenStoreIsUnverified() {
        reader.read = CompletableFuture.completedFuture(null);
        assertThat(engine.checkLater(token("a")).toCompletableFuture()).isCompletedWithValue(Result.UNVERIFIED);
    }

    @Test
    void denylistOutweighsTheNearCache() {
        createdElsewhere("a");
        assertThat(engine.revoke(token("a"))).isTrue();
        assertThat(engine.revoke(token("a"))).isFalse();
        reader.renewLease();
        reader.cache.putLive("a", 1, NOW.plus(TTL).toEpochMilli());
        assertThat(engine.check(token("a"))).isEqualTo(Result.ENDED_BY_DENYLIST);
        assertThat(tracking.statistics().checks().of(Result.ENDED_BY_DENYLIST)).isEqualTo(1);
    }

    /** It may be one of those that were revoked with all others of its user. */
    @Test
    void duringAnOutageOnlyAVerifiedSessionOfARevokedUserPasses() {
        revokeAllDuringAnOutage();
        recover();
        clock.advance(Duration.ofSeconds(1));
        createdElsewhere("verified");
        assertThat(engine.check(token("verified"))).isEqualTo(Result.LIVE_BY_STORE);
        store.fail();
        assertThat(engine.check(token("verified"))).isEqualTo(Result.UNVERIFIED);
        assertThat(engine.check(token("another"))).isEqualTo(Result.ENDED_BY_DENYLIST);
        assertThat(engine.check(new TokenSession("another", "bob", null))).isEqualTo(Result.UNVERIFIED);
        store.recoverSilently();
        assertThat(engine.check(token("another"))).isEqualTo(Result.ENDED_BY_STORE);
    }

    @Test
    void interruptedCheckIsUnverified() {
        store.hang();
        Thread.currentThread().interrupt();
        assertThat(engine.check(token("a"))).isEqualTo(Result.UNVERIFIED);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(engine.checkWithoutSession("alice", null)).isEqualTo(Result.UNVERIFIED);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(tracking.statistics().checks().of(Result.UNVERIFIED)).isEqualTo(2);
    }

    // tokens without a session

    @Test
    void markerOfTheStoreCoversTokensWithoutASession() {
        assertThat(engine.checkWithoutSession("alice", null)).isEqualTo(Result.LIVE_BY_STORE);
        store.putMarker("alice", NotBefore.of(NOW, null));
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(engine.checkWithoutSession("alice", NOW.plusMillis(1))).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(engine.checkWithoutSession("bob", NOW)).isEqualTo(Result.LIVE_BY_STORE);
        store.fail();
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_DENYLIST);
        assertThat(engine.checkWithoutSession("alice", NOW.plusMillis(1))).isEqualTo(Result.UNVERIFIED);
        assertThat(tracking.statistics().checks().of(Result.UNVERIFIED)).isEqualTo(1);
    }

    @Test
    void denylistCoversTokensWithoutASessionUntilTheMarkerIsCleared() {
        revokeAllDuringAnOutage();
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_DENYLIST);
        store.recoverSilently();
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_DENYLIST);
        recover();
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_STORE);
        store.putMarker("alice", NotBefore.CLEARED);
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.LIVE_BY_STORE);
        store.fail();
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.UNVERIFIED);
    }

    /** An announced marker that the store has lost is not one that was cleared. */
    @Test
    void announcedMarkerCountsUntilItIsCleared() {
        reader.observer.onAnnounced("alice", NotBefore.of(NOW, null));
        for (int i = 0; i < 2; i++) {
            assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_DENYLIST);
        }
        store.putMarker("alice", NotBefore.CLEARED);
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.LIVE_BY_STORE);
    }

    // what else it is asked for

    @Test
    void ownerOfASessionIsFound() {
        createdElsewhere("a");
        assertThat(engine.findOwner("a").toCompletableFuture().join()).contains("alice");
        assertThat(engine.findOwner("b").toCompletableFuture().join()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ClaimProblem.class)
    void problemsOfClaimsAreCounted(ClaimProblem problem) {
        engine.found(problem);
        assertThat(tracking.statistics().claimProblems().of(problem)).isEqualTo(1);
    }

    @Test
    void policyIsTheConfiguredOne() {
        assertThat(engine.outagePolicy()).isEqualTo(OutagePolicy.PLAIN_JWT);
    }

    @Test
    void createdSessionReplacesWhatTheCacheSaid() {
        reader.renewLease();
        reader.cache.putAbsent("a");
        tracking.service().createSession("alice", "a", SessionMetadata.none());
        assertThat(engine.check(token("a"))).isEqualTo(Result.LIVE_BY_STORE);
    }

    // why a session has ended

    private java.util.Optional<SessionEndReason> endReason(String id) {
        return engine.endReason(token(id)).toCompletableFuture().join();
    }

    @Test
    void ownRevocationTellsItsReasonAndHidesAReusedToken() {
        createdElsewhere("a");
        tracking.service().revokeSession("a", SessionEndReason.ADMINISTRATOR);
        createdElsewhere("b");
        tracking.service().revokeSession("b", SessionEndReason.TOKEN_REUSED);
        int before = store.questions();
        assertThat(endReason("a")).contains(SessionEndReason.ADMINISTRATOR);
        assertThat(endReason("b")).contains(SessionEndReason.REVOKED);
        assertThat(store.questions()).isEqualTo(before);
    }

    @Test
    void ownRevocationWithoutAReasonIsToldIfTheStoreHasNone() {
        for (String id : List.of("a", "b")) {
            createdElsewhere(id);
            tracking.service().revokeSession(id, SessionEndReason.REVOKED);
        }
        store.putEndReason("b", SessionEndReason.LOGOUT);
        assertThat(endReason("a")).contains(SessionEndReason.REVOKED);
        assertThat(endReason("b")).contains(SessionEndReason.LOGOUT);
    }

    @Test
    void reasonOfTheStoreIsReadOnce() {
        store.putEndReason("a", SessionEndReason.LOGOUT);
        reader.cache.putAbsent("a");
        assertThat(endReason("a")).contains(SessionEndReason.LOGOUT);
        int before = store.questions();
        assertThat(endReason("a")).contains(SessionEndReason.LOGOUT);
        assertThat(store.questions()).isEqualTo(before);
        assertThat(endReason("unknown")).isEmpty();
        store.fail();
        assertThat(endReason("another")).isEmpty();
    }
}
