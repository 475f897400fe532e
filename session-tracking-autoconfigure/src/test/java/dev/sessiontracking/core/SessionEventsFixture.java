// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The engine over a store that a test switches off and on, with a listener that records. */
abstract class SessionEventsFixture {

    final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    final SwitchableStore store = new SwitchableStore();

    final RecordingListener listener = new RecordingListener();

    final List<SessionListener> listeners = new ArrayList<>(List.of(listener));

    final SessionTracking tracking = started(OutagePolicy.PLAIN_JWT, "the-admin");

    final SessionService service = tracking.service();

    SessionTracking started(OutagePolicy policy, String principal) {
        SessionTracking started = tracking(policy, principal);
        started.listenersAreReady();
        return started;
    }

    SessionTracking tracking(OutagePolicy policy, String principal) {
        return tracking(store, policy, principal);
    }

    SessionTracking tracking(SwitchableStore store, OutagePolicy policy, String principal) {
        return new SessionTracking(
                store,
                null,
                new Settings(policy, Lifetimes.of(Duration.ofDays(7)), Duration.ofDays(7), 1_000),
                clock,
                new SessionTracking.Collaborators(() -> listeners, StoreObserver.NO_OP, () -> principal));
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        tracking.close();
    }

    UserSession login() {
        return service.createSession("alice", SessionMetadata.of("203.0.113.7", "Firefox"));
    }
}
