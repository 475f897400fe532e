// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.CachingReaderStub;
import dev.sessiontracking.core.SwitchableStore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;

/** A revoker, its store that can fail, and a denylist for two. */
abstract class RevokerFixture {

    static final Duration TTL = Duration.ofDays(7);

    static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    final MutableClock clock = MutableClock.startingAt(NOW);

    final SwitchableStore store = new SwitchableStore().withMarkers(clock);

    final CachingReaderStub reader = new CachingReaderStub(clock);

    final RevocationDenylist denylist = new RevocationDenylist(clock, TTL, 2);

    final NotBeforeMarkers markers = new NotBeforeMarkers(store, store::notBefore, TTL, clock, System::nanoTime);

    final RecordedOutcomes outcomes = new RecordedOutcomes();

    Revoker revoker = revoker(store, OutagePolicy.PLAIN_JWT);

    final Revoker revoker(SessionStore target, OutagePolicy policy) {
        return new Revoker(target, reader, denylist, markers, outcomes, policy);
    }

    @AfterEach
    void close() {
        store.recoverSilently();
        revoker.close();
    }

    final void login(String id) {
        store.put(new UserSession(id, "alice", SessionMetadata.none(), NOW, NOW.plus(TTL), true));
    }

    final boolean revoke(String id) {
        return revoker.revoke(id, null, SessionEndReason.REVOKED);
    }

    final void applyPending() {
        store.recoverSilently();
        revoker.recovery().available();
        await().until(() -> revoker.pendingCount() == 0);
    }
}
