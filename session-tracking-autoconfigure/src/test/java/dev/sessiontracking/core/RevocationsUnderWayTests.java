// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A session that is being revoked looks like one that has come back: it is refused, and in the store. */
class RevocationsUnderWayTests {

    private final SwitchableStore store = new SwitchableStore();

    private final AtomicReference<RevocationObserver> pushes = new AtomicReference<>(RevocationObserver.IGNORED);

    private final RecordingListener listener = new RecordingListener();

    private final SessionTracking tracking = new SessionTracking(
            store,
            new Pushed(),
            new Settings(OutagePolicy.PLAIN_JWT, Lifetimes.of(Duration.ofDays(1)), Duration.ofDays(1), 1_000),
            Clock.systemUTC(),
            new SessionTracking.Collaborators(() -> List.of(listener), StoreObserver.NO_OP, PrincipalSource.NONE));

    private final SessionService service = tracking.service();

    /** No cache, and somebody to be told of pushes. */
    private final class Pushed implements CachingReader {

        @Override
        public void observe(RevocationObserver evidence) {
            pushes.set(evidence);
        }
    }

    @AfterEach
    void close() {
        tracking.close();
    }

    @Test
    void pushMeanwhileDoesNotTakeTheRevocationAway() {
        UserSession session = service.createSession("alice", SessionMetadata.none());
        store.beforeRemoval(() -> pushes.get().onResurrected(session.id()));
        assertThat(service.revokeSession(session.id())).isTrue();
        assertThat(listener.heard(SessionRevoked.class)).hasSize(1);
        assertThat(tracking.rememberedRevocations()).isEqualTo(1);
    }

    @Test
    void pushMeanwhileDoesNotTakeAUsersRevocationAway() {
        UserSession session = service.createSession("alice", SessionMetadata.none());
        store.beforeRemoval(() -> pushes.get().onResurrected(session.id()));
        assertThat(service.revokeAllUserSessions("alice").count()).isEqualTo(1);
        assertThat(listener.heard(SessionRevoked.class))
                .singleElement()
                .satisfies(event -> assertThat(event.sessionIds()).containsExactly(session.id()));
    }

    @Test
    void storeThatComesBackMeanwhileDoesNotTakeTheRevocationAway() {
        UserSession session = service.createSession("alice", SessionMetadata.none());
        store.beforeRemoval(store::recover);
        assertThat(service.revokeSession(session.id())).isTrue();
        assertThat(listener.heard(SessionRevoked.class)).hasSize(1);
    }

    @Test
    void whatCameBackMeanwhileIsRemovedAfterwards() {
        UserSession session = service.createSession("alice", SessionMetadata.none());
        store.beforeRemoval(() -> {
            store.beforeRemoval(() -> {});
            // The answer to the first is lost, and the store falls back to an earlier state.
            service.revokeSession(session.id());
            store.put(session);
            pushes.get().onResurrected(session.id());
        });
        service.revokeSession(session.id());
        assertThat(store.holds(session.id())).isFalse();
    }
}
