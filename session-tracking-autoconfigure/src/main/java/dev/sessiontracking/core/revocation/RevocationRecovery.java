// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.spi.StoreListener;
import java.time.Instant;
import java.util.Map;

/**
 * Recovery after an outage. The store that answers again may be another server or an older state of itself, so it receives
 * the pending revocations, the revocations that it had confirmed, and the not-before markers. Does not block.
 */
record RevocationRecovery(
        RevocationDenylist denylist,
        NotBeforeMarkers markers,
        PendingRevocations pending,
        RevocationReapplier reapplier)
        implements StoreListener {

    private static final int MAX_RESTORATIONS = 10;

    @Override
    public void available() {
        // Before the retry empties the queue: each revocation is applied once, and counted once.
        Map<String, Instant> earlier = denylist.reappliable(denylist.deniedSessions());
        pending.retryNow();
        reapplier.recover(earlier);
        restoreMarkers(MAX_RESTORATIONS);
    }

    @Override
    public void partReplaced() {
        available();
    }

    private void restoreMarkers(int attempts) {
        markers.restore().thenAccept(complete -> {
            if (!complete && attempts > 1) {
                pending.later(() -> restoreMarkers(attempts - 1));
            }
        });
    }
}
