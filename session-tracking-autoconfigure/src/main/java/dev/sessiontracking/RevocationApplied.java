// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The store has confirmed a revocation that was {@linkplain RevocationPending pending}.
 *
 * @param operation the requested operation
 * @param sessionId the session to revoke, only for {@link RevocationOperation#ONE}
 * @param userId the user whose sessions to revoke, only for the other operations
 * @param sessions number of sessions that the store has removed; sessions that others removed before do not count
 * @param at the time of the confirmation
 */
public record RevocationApplied(
        RevocationOperation operation,
        @Nullable String sessionId,
        @Nullable String userId,
        long sessions,
        Instant at) implements SessionEvent {

    /** Without the session id. */
    @Override
    public String toString() {
        return "RevocationApplied[operation=" + operation + ", userId=" + userId + ", sessions=" + sessions + ", at="
                + at + "]";
    }
}
