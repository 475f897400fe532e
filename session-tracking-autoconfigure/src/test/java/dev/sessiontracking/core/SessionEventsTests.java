// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.OutageBegan;
import dev.sessiontracking.OutageEnded;
import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationApplied;
import dev.sessiontracking.RevocationOperation;
import dev.sessiontracking.RevocationPending;
import dev.sessiontracking.SessionCreated;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionRenewal;
import dev.sessiontracking.SessionRenewed;
import dev.sessiontracking.SessionRevoked;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.PrincipalSource;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.StoreObserver;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What becomes a fact is told, what does not is not, and no listener can do harm. */
@ExtendWith(OutputCaptureExtension.class)
class SessionEventsTests {

    private final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    private final SwitchableStore store = new SwitchableStore();

    private final RecordingListener listener = new RecordingListener();

    private final List<SessionListener> listeners = new ArrayList<>(List.of(listener));

    private final SessionTracking tracking = started(OutagePolicy.PLAIN_JWT, "the-admin");

    private final SessionService service = tracking.service();

    private SessionTracking started(OutagePolicy policy, String principal) {
        SessionTracking started = tracking(policy, principal);
        started.listenersAreReady();
        return started;
    }

    private SessionTracking tracking(OutagePolicy policy, String principal) {
        return tracking(store, policy, principal);
    }

    private SessionTracking tracking(SwitchableStore store, OutagePolicy policy, String principal) {
        return SessionTracking.over(
                store,
                null,
                new Settings(policy, Duration.ofDays(7), Duration.ofDays(7), 1_000),
                clock,
                new SessionTracking.Collaborators(() -> listeners, StoreObserver.NO_OP, () -> principal));
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        tracking.close();
    }

    private UserSession login() {
        return service.createSession("alice", SessionMetadata.of("203.0.113.7", "Firefox"));
    }

    @Test
    void creationIsTold() {
        UserSession session = login();
        assertThat(listener.heard()).containsExactly(new SessionCreated(session, clock.instant()));
    }

    @Test
    void creationDuringAnOutageIsToldAsUntracked() {
        store.fail();
        UserSession session = login();
        assertThat(listener.heard(SessionCreated.class)).containsExactly(new SessionCreated(session, clock.instant()));
        assertThat(session.tracked()).isFalse();
        assertThat(tracking.statistics().logins(false)).isEqualTo(1);
    }

    @Test
    void renewalIsTold() {
        UserSession session = login();
        service.renewSession(session.id());
        assertThat(listener.heard(SessionRenewed.class))
                .containsExactly(new SessionRenewed(session.id(), clock.instant()));
    }

    @Test
    void renewalThatTheStoreDidNotConfirmIsNotTold() {
        UserSession session = login();
        store.fail();
        assertThat(service.renewSession(session.id())).isEqualTo(SessionRenewal.UNVERIFIED);
        assertThat(listener.heard(SessionRenewed.class)).isEmpty();
    }

    @Test
    void renewalOfAnEndedSessionIsNotTold() {
        service.renewSession("nobody");
        assertThat(listener.heard()).isEmpty();
    }

    @Test
    void revocationOfOneIsToldWithTheCaller() {
        UserSession session = login();
        service.revokeSession(session.id());
        assertThat(listener.heard(SessionRevoked.class))
                .containsExactly(new SessionRevoked(
                        RevocationOperation.ONE, List.of(session.id()), null, "the-admin", clock.instant()));
        assertThat(tracking.statistics().revocations(RevocationOperation.ONE)).isEqualTo(1);
    }

    @Test
    void revocationOfAllIsToldWithItsSessions() {
        String first = login().id();
        String second = login().id();
        service.revokeAllUserSessions("alice");
        assertThat(listener.heard(SessionRevoked.class)).singleElement().satisfies(event -> {
            assertThat(event.operation()).isEqualTo(RevocationOperation.ALL);
            assertThat(event.sessionIds()).containsExactlyInAnyOrder(first, second);
            assertThat(event.userId()).isEqualTo("alice");
        });
    }

    @Test
    void revocationOfOthersIsTold() {
        String first = login().id();
        String second = login().id();
        service.revokeOtherUserSessions("alice", first);
        assertThat(listener.heard(SessionRevoked.class)).singleElement().satisfies(event -> {
            assertThat(event.operation()).isEqualTo(RevocationOperation.OTHERS);
            assertThat(event.sessionIds()).containsExactly(second);
        });
    }

    @Test
    void revocationThatEndedNothingIsNotTold() {
        service.revokeSession("nobody");
        service.revokeAllUserSessions("nobody");
        assertThat(listener.heard()).isEmpty();
    }

    @Test
    void revocationDuringAnOutageIsPendingAndThenApplied() {
        UserSession session = login();
        store.fail();
        service.revokeSession(session.id());
        assertThat(listener.heard(RevocationPending.class))
                .containsExactly(new RevocationPending(
                        RevocationOperation.ONE, session.id(), null, "the-admin", clock.instant()));
        assertThat(listener.heard(RevocationApplied.class)).isEmpty();
        store.recover();
        await().untilAsserted(() -> assertThat(listener.heard(RevocationApplied.class))
                .extracting(RevocationApplied::operation, RevocationApplied::sessionId)
                .containsExactly(tuple(RevocationOperation.ONE, session.id())));
        assertThat(listener.heard(SessionRevoked.class)).isEmpty();
    }

    @Test
    void userRevocationDuringAnOutageIsPendingAndThenApplied() {
        login();
        login();
        store.fail();
        service.revokeAllUserSessions("alice");
        store.recover();
        await().untilAsserted(() -> assertThat(listener.heard(RevocationApplied.class))
                .containsExactly(new RevocationApplied(RevocationOperation.ALL, null, "alice", 2, clock.instant())));
    }

    @Test
    void pendingRevocationIsToldAlsoWhenTheCallThrows() {
        UserSession session = login();
        try (SessionTracking strict = tracking(OutagePolicy.REJECT, "bob")) {
            store.fail();
            assertThatExceptionOfType(SessionStoreUnavailableException.class)
                    .isThrownBy(() -> strict.service().revokeSession(session.id()));
            assertThat(listener.heard(RevocationPending.class))
                    .extracting(RevocationPending::principal)
                    .containsExactly("bob");
            store.recoverSilently();
        }
    }

    @Test
    void revocationIsAFactWhenItIsTold() {
        List<Boolean> live = new ArrayList<>();
        listeners.add(event -> {
            if (event instanceof SessionRevoked revoked) {
                live.add(service.isSessionValid(revoked.sessionIds().get(0)));
            }
        });
        service.revokeSession(login().id());
        assertThat(live).containsExactly(false);
    }

    @Test
    void rejectionIsTold() {
        tracking.rejections().rejected(RequestRejected.Reason.ENDED, "the-id", "alice");
        assertThat(listener.heard())
                .containsExactly(new RequestRejected(RequestRejected.Reason.ENDED, "the-id", "alice", clock.instant()));
        assertThat(tracking.statistics().rejections(RequestRejected.Reason.ENDED))
                .isEqualTo(1);
    }

    @Test
    void checkIsNoEvent() {
        UserSession session = login();
        service.isSessionValid(session.id());
        service.isSessionValid("nobody");
        assertThat(listener.heard()).hasSize(1);
        assertThat(tracking.statistics().checks(Result.LIVE_BY_STORE)).isEqualTo(1);
        assertThat(tracking.statistics().checks(Result.ENDED_BY_STORE)).isEqualTo(1);
    }

    @Test
    void outageIsToldWithWhatItMeant() {
        UserSession session = login();
        Instant began = clock.instant();
        store.fail();
        login();
        service.isSessionValid(session.id());
        service.revokeSession(session.id());
        clock.advance(Duration.ofSeconds(12));
        store.recover();
        await().untilAsserted(() -> assertThat(listener.heard(OutageEnded.class))
                .containsExactly(new OutageEnded(Duration.ofSeconds(12), 1, 1, 1, clock.instant())));
        assertThat(listener.heard(OutageBegan.class)).containsExactly(new OutageBegan("switched off", began));
    }

    @Test
    void stateTellsOfTheOutageWhileItLasts() {
        Instant began = clock.instant();
        store.fail();
        clock.advance(Duration.ofSeconds(3));
        assertThat(tracking.state().outage()).isEqualTo(new Outage("switched off", began));
        assertThat(tracking.outageTime()).isEqualTo(Duration.ofSeconds(3));
        store.recover();
        clock.advance(Duration.ofSeconds(5));
        assertThat(tracking.state().outage()).isNull();
        assertThat(tracking.outageTime()).isEqualTo(Duration.ofSeconds(3));
        assertThat(tracking.outages()).isEqualTo(1);
    }

    @Test
    void failingListenerChangesNothing() {
        listeners.add(0, failing(new AtomicInteger()));
        UserSession session = login();
        assertThat(service.isSessionValid(session.id())).isTrue();
        assertThat(listener.heard()).containsExactly(new SessionCreated(session, clock.instant()));
    }

    @Test
    void failingListenerIsLoggedOnce(CapturedOutput output) {
        AtomicInteger calls = new AtomicInteger();
        listeners.add(0, failing(calls));
        login();
        login();
        login();
        assertThat(calls).hasValue(3);
        assertThat(output.getAll()).containsOnlyOnce("A listener failed to handle a SessionCreated");
    }

    private static SessionListener failing(AtomicInteger calls) {
        return event -> {
            if (event instanceof SessionCreated) {
                calls.incrementAndGet();
                throw new IllegalStateException("on purpose");
            }
        };
    }

    @Test
    void listenerThatHangsInTheBackgroundDelaysNoRecovery() {
        CountDownLatch release = new CountDownLatch(1);
        listeners.add(0, event -> {
            if (event instanceof OutageBegan) {
                try {
                    release.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        UserSession session = login();
        store.fail();
        service.revokeSession(session.id());
        store.recover();
        await().until(() -> tracking.pendingRevocations() == 0);
        assertThat(store.holds(session.id())).isFalse();
        release.countDown();
        await().until(() -> listener.heard(OutageEnded.class).size() == 1);
    }

    @Test
    void outageBeforeTheListenersAreReadyIsToldWhenTheyAre() {
        tracking.close();
        SwitchableStore other = new SwitchableStore();
        try (SessionTracking starting = tracking(other, OutagePolicy.PLAIN_JWT, "nobody")) {
            other.fail();
            other.recover();
            assertThat(starting.outages()).isEqualTo(1);
            assertThat(listener.heard(OutageBegan.class)).isEmpty();
            starting.listenersAreReady();
            await().until(() -> listener.heard(OutageEnded.class).size() == 1);
            assertThat(listener.heard(OutageBegan.class)).hasSize(1);
        }
    }

    @Test
    void listenersAreLookedForWhenThereIsSomethingToTell() {
        AtomicInteger asked = new AtomicInteger();
        try (SessionTracking lazy = SessionTracking.over(
                store,
                null,
                new Settings(OutagePolicy.PLAIN_JWT, Duration.ofDays(1), Duration.ofDays(1), 1_000),
                clock,
                new SessionTracking.Collaborators(
                        () -> {
                            asked.incrementAndGet();
                            return List.of();
                        },
                        StoreObserver.NO_OP,
                        PrincipalSource.NONE))) {
            lazy.service().isSessionValid("nobody");
            assertThat(asked).hasValue(0);
            lazy.service().createSession("alice", SessionMetadata.none());
            lazy.service().createSession("alice", SessionMetadata.none());
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void noEventShowsASessionIdInItsText() {
        UserSession session = login();
        service.renewSession(session.id());
        service.revokeSession(session.id());
        UserSession other = login();
        tracking.rejections().rejected(RequestRejected.Reason.ENDED, other.id(), null);
        store.fail();
        service.revokeSession(other.id());
        store.recover();
        await().until(() -> !listener.heard(RevocationApplied.class).isEmpty());
        assertThat(listener.heard().toString())
                .doesNotContain(session.id(), other.id(), "203.0.113.7", "Firefox")
                .contains("SessionRevoked", "RevocationApplied", "RequestRejected", "SessionRenewed");
    }
}
