// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionEndReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A session on the {@link RevocationDenylist}. All but the times and {@code reason} is guarded by its lock. */
final class Denial {

    final String sessionId;

    /** Hash of whose session it is; 0 if unknown. */
    int owner;

    /** Its place among those that may be displaced, as a running number; 0 if it has none. */
    long place;

    volatile Instant until;

    /** The latest time of a revocation. The session may have begun again since. */
    volatile Instant revokedAt = Instant.MIN;

    volatile @Nullable SessionEndReason reason;

    /** Calls of {@link RevocationDenylist#deny(String, SessionEndReason, String, Instant)} that were not taken back. */
    int claims;

    /** Those of them that are taken back if the session belongs to another user. */
    int doubtful;

    /** Calls under way, which the store has not answered. */
    int unconfirmed;

    boolean pending;

    boolean reapply;

    Denial(String sessionId, @Nullable String owner, Instant until) {
        this.sessionId = sessionId;
        this.owner = owner == null ? 0 : owner.hashCode();
        this.until = until;
    }

    boolean isConfirmed() {
        return unconfirmed == 0 && !pending;
    }

    boolean isOver(Instant now) {
        return !now.isBefore(until);
    }
}
