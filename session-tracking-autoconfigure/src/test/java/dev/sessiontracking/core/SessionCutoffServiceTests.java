// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.SessionCutoffChanged;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the cut-off of all users ends, on the way from the service to a check. */
class SessionCutoffServiceTests {

    private static final Duration TTL = Duration.ofDays(7);

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final MutableClock clock = MutableClock.startingAt(NOW);

    private final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    private final CachingReaderStub reader = new CachingReaderStub(clock);

    private final RecordingListener listener = new RecordingListener();

    private final SessionTracking tracking = new SessionTracking(
            store,
            reader,
            new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(TTL), TTL, 100),
            clock,
            new SessionTracking.Collaborators(() -> List.of(listener), StoreObserver.NO_OP, () -> "the-admin"));

    private final SessionService service = tracking.service();

    private final SessionChecker engine = tracking.checker();

    SessionCutoffServiceTests() {
        tracking.listenersAreReady();
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        tracking.close();
    }

    private UserSession login() {
        return service.createSession("alice", SessionMetadata.none());
    }

    private Result check(String sessionId) {
        return engine.check(new TokenSession(sessionId, "alice", null));
    }

    @Test
    void sessionThatBeganBeforeEndsAndALaterOneDoesNot() {
        UserSession before = login();
        clock.advance(Duration.ofSeconds(1));
        assertThat(service.revokeAllSessions(clock.instant())).isEqualTo(new SessionCutoff(clock.instant(), false));
        clock.advance(Duration.ofSeconds(1));
        UserSession after = login();

        assertThat(check(before.id())).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(check(after.id())).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(service.isSessionValid(before.id())).isFalse();
    }

    @Test
    void sessionThatBeganAtThatTimeEnds() {
        UserSession session = login();
        service.revokeAllSessions(clock.instant());
        assertThat(check(session.id())).isEqualTo(Result.ENDED_BY_STORE);
    }

    @Test
    void whatTheReadHasCachedIsNotReadAgain() {
        UserSession session = login();
        reader.cachedMarker = NotBefore.of(NOW.minusSeconds(1), null);
        int before = store.questions();

        assertThat(checkWhileCaching(session, NOW)).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(checkWhileCaching(session, NOW.minusSeconds(1))).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(store.questions()).isEqualTo(before);
    }

    /** A read that fills the near cache when it is answered. */
    private Result checkWhileCaching(UserSession session, Instant createdAt) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        reader.read = answer;
        CompletionStage<Result> result = engine.checkLater(new TokenSession(session.id(), "alice", null));
        reader.renewLease();
        reader.cache.putLive(
                session.id(), createdAt.toEpochMilli(), NOW.plus(TTL).toEpochMilli());
        answer.complete(true);
        return result.toCompletableFuture().join();
    }

    @Test
    void sessionThatIsNotThereIsNotReadForItsBeginning() {
        reader.cachedMarker = NotBefore.of(NOW, null);
        int before = store.questions();
        assertThat(check("unknown")).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(store.questions()).isEqualTo(before + 1);
    }

    @Test
    void cutoffIsReadClearedAndReported() {
        assertThat(service.getSessionCutoff()).isEmpty();
        service.revokeAllSessions(NOW);
        assertThat(service.getSessionCutoff()).contains(NOW);
        service.clearSessionCutoff();
        assertThat(service.getSessionCutoff()).isEmpty();
        assertThat(store.marker(NotBefore.ALL_USERS)).isEqualTo(NotBefore.CLEARED);
        assertThat(listener.heard(SessionCutoffChanged.class))
                .containsExactly(
                        new SessionCutoffChanged(NOW, "the-admin", NOW),
                        new SessionCutoffChanged(null, "the-admin", NOW));
    }

    @Test
    void tokenWithoutASessionIsAcceptedAgainWhenAnotherNodeHasClearedTheMarker() {
        service.revokeAllUserSessions("alice");
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.ENDED_BY_STORE);
        store.putMarker("alice", NotBefore.CLEARED);
        assertThat(engine.checkWithoutSession("alice", NOW)).isEqualTo(Result.LIVE_BY_STORE);
    }

    @Test
    void timesThatMeanNothingAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> service.revokeAllSessions(Instant.EPOCH));
        assertThatIllegalArgumentException().isThrownBy(() -> service.revokeAllSessions(null));
        assertThatIllegalArgumentException().isThrownBy(() -> service.countSessions(null));
        assertThat(service.revokeAllSessions(Instant.EPOCH.plusMillis(1)).time())
                .isEqualTo(Instant.EPOCH.plusMillis(1));
    }

    @Test
    void loginEndsTheSessionThatItReplacesButNotThatOfAnotherUser() {
        UserSession old = login();
        UserSession replacing = service.createSession("alice", SessionMetadata.none(), old.id());
        assertThat(store.limit).isEqualTo(new Limit(0, false, old.id()));
        assertThat(store.holds(old.id())).isFalse();
        assertThat(engine.endReason(new TokenSession(old.id(), "alice", null))
                        .toCompletableFuture()
                        .join())
                .contains(SessionEndReason.REPLACED);

        service.createSession("bob", SessionMetadata.none(), replacing.id());
        assertThat(store.holds(replacing.id())).isTrue();
        int before = service.getUserSessions("alice").size();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> service.createSession("alice", SessionMetadata.none(), ""));
        assertThat(service.getUserSessions("alice")).hasSize(before);
    }

    @Test
    void loginIsDoneEvenIfTheSessionThatItReplacesCannotBeEnded() {
        UserSession old = login();
        store.failAfterCreation();
        UserSession replacing = service.createSession("alice", SessionMetadata.none(), old.id());
        assertThat(replacing.tracked()).isTrue();
        assertThat(store.holds(replacing.id())).isTrue();
    }

    @Test
    void loginDuringAnOutageLeavesTheEndOfTheReplacedSessionPending() {
        UserSession old = login();
        store.fail();
        assertThat(service.createSession("alice", SessionMetadata.none(), old.id())
                        .tracked())
                .isFalse();
        assertThat(tracking.pendingRevocations()).isEqualTo(1);
    }

    @Test
    void renewalEndsASessionThatTheCutoffCovers() {
        UserSession session = login();
        service.revokeAllSessions(NOW);
        assertThat(service.renewSession(session.id())).isEqualTo(SessionRenewal.ENDED);
        assertThat(store.holds(session.id())).isFalse();
    }

    @Test
    void sessionsThatACutoffWouldEndAreCounted() {
        login();
        clock.advance(Duration.ofSeconds(2));
        login();
        store.canCount();
        assertThat(service.countSessions(NOW.plusSeconds(1))).isEqualTo(new SessionCutoff.Affected(1, true));
        assertThat(service.countSessions(Instant.MAX)).isEqualTo(new SessionCutoff.Affected(2, true));
    }

    @Test
    void storeThatCannotCountSaysSo() {
        TrackedSessionFixture.assertUnavailable(() -> service.countSessions(NOW));
    }

    @Test
    void modeIsThatOfTheSettings() {
        assertThat(engine.mode()).isEqualTo(Mode.ENFORCE);
    }
}
