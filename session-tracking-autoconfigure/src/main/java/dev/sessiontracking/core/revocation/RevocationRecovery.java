// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.spi.StoreListener;
import java.util.List;

/**
 * Recovery after an outage. The store that answers again may be another server or an older state of itself, so it receives
 * the pending revocations, the revocations that it had confirmed, and the not-before markers. Does not block.
 */
final class RevocationRecovery implements StoreListener {

    private static final int MAX_RESTORATIONS = 10;

    private final RevocationDenylist denylist;

    private final NotBeforeMarkers markers;

    private final PendingRevocations pending;

    private final RevocationReapplier reapplier;

    RevocationRecovery(
            RevocationDenylist denylist,
            NotBeforeMarkers markers,
            PendingRevocations pending,
            RevocationReapplier reapplier) {
        this.denylist = denylist;
        this.markers = markers;
        this.pending = pending;
        this.reapplier = reapplier;
    }

    @Override
    public void available() {
        // Before the retry empties the queue: each revocation is applied once, and counted once.
        List<String> earlier = denylist.reappliable(denylist.deniedSessions());
        pending.retryNow();
        reapplier.apply(earlier);
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
