// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import dev.sessiontracking.spi.NotBefore;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Enforces on this node what the near cache reports about revocations by other nodes. Thread-safe; does not block. */
record ReportedRevocations(RevocationDenylist denylist, NotBeforeMarkers markers, RevocationReapplier reapplier)
        implements RevocationObserver {

    @Override
    public boolean isRevoked(String sessionId) {
        return denylist.isDenied(sessionId);
    }

    @Override
    public void onRevokedElsewhere(String sessionId) {
        denylist.denyAnnounced(sessionId, null, denylist.now());
    }

    @Override
    public void onAnnounced(String sessionId, @Nullable String owner, Instant revokedAt) {
        denylist.denyAnnounced(sessionId, owner, revokedAt);
    }

    @Override
    public void onAnnounced(String userId, NotBefore marker) {
        if (userId.equals(NotBefore.ALL_USERS)) {
            markers.enforceCutoff(marker);
        } else {
            NotBefore credible = markers.credible(marker);
            if (!credible.equals(NotBefore.NONE)) {
                denylist.denyAnnounced(userId, credible);
            }
        }
    }

    @Override
    public void onResurrected(String sessionId) {
        reapplier.apply(denylist.reappliable(List.of(sessionId)));
    }
}
