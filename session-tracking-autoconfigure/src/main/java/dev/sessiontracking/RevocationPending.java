// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The store did not confirm a revocation. This node enforces it and applies it to the store as soon as the store
 * answers. Then one {@link RevocationApplied} follows for all pending revocations of the same target. If the process
 * ends before, none follows.
 *
 * @param operation the requested operation
 * @param reason why the sessions end
 * @param sessionId the session to revoke, only for {@link RevocationOperation#ONE}
 * @param userId the user whose sessions to revoke, only for the other operations
 * @param principal name of the authenticated caller, if there is one
 * @param at the time from which this node enforces it
 */
public record RevocationPending(
        RevocationOperation operation,
        SessionEndReason reason,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable String principal,
        Instant at)
        implements SessionEvent {

    /** Without the session id. */
    @Override
    public String toString() {
        return "RevocationPending[operation=" + operation + ", reason=" + reason.code() + ", userId=" + userId
                + ", principal=" + principal + ", at=" + at + "]";
    }
}
