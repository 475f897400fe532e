// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.OutageBegan;
import dev.sessiontracking.SessionEvent.OutageEnded;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RevocationApplied;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionEvent.RevocationPending;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionEvent.SessionRenewed;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes a fact is told, and what does not is not. */
class SessionEventsTests extends SessionEventsFixture {

    @Test
    void creationDuringAnOutageIsToldAsUntracked() {
        store.fail();
        UserSession session = login();
        assertThat(listener.heard(SessionCreated.class)).containsExactly(new SessionCreated(session, clock.instant()));
        assertThat(session.tracked()).isFalse();
        assertThat(tracking.statistics().logins().of(false)).isEqualTo(1);
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
        service.revokeSession(session.id(), SessionEndReason.ADMINISTRATOR);
        assertThat(listener.heard(SessionRevoked.class))
                .containsExactly(new SessionRevoked(
                        RevocationOperation.ONE,
                        SessionEndReason.ADMINISTRATOR,
                        List.of(session.id()),
                        null,
                        "the-admin",
                        clock.instant()));
        assertThat(tracking.statistics().revocations().of(RevocationOperation.ONE))
                .isEqualTo(1);
        assertThat(tracking.statistics().endReasons().of(SessionEndReason.ADMINISTRATOR))
                .isEqualTo(1);
    }

    @Test
    void reasonsOfTheApplicationAreCountedAsOne() {
        for (int i = 0; i < 100; i++) {
            service.revokeSession(login().id(), new SessionEndReason("own-" + i));
        }
        assertThat(tracking.statistics().endReasons().keys()).hasSizeLessThan(10);
        assertThat(tracking.statistics().endReasons().of(new SessionEndReason("other")))
                .isEqualTo(100);
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
                        RevocationOperation.ONE,
                        SessionEndReason.REVOKED,
                        session.id(),
                        null,
                        "the-admin",
                        clock.instant()));
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
        assertThat(tracking.statistics().rejections().of(RequestRejected.Reason.ENDED))
                .isEqualTo(1);
    }

    @Test
    void checkIsNoEvent() {
        UserSession session = login();
        service.isSessionValid(session.id());
        service.isSessionValid("nobody");
        assertThat(listener.heard()).hasSize(1);
        assertThat(tracking.statistics().checks().of(Result.LIVE_BY_STORE)).isEqualTo(1);
        assertThat(tracking.statistics().checks().of(Result.ENDED_BY_STORE)).isEqualTo(1);
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
