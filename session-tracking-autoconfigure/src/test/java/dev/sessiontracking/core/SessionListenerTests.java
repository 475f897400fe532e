// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEvent.OutageBegan;
import dev.sessiontracking.SessionEvent.OutageEnded;
import dev.sessiontracking.SessionEvent.SessionCreated;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** No listener can do harm, and none is asked for before there is something to tell. */
@ExtendWith(OutputCaptureExtension.class)
class SessionListenerTests extends SessionEventsFixture {

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
        try (SessionTracking lazy = new SessionTracking(
                store,
                null,
                new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(Duration.ofDays(1)), Duration.ofDays(1), 1_000),
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
}
