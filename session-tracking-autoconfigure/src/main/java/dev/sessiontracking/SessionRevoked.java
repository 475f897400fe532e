// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions were revoked, and the store has confirmed this. A call that revoked nothing publishes no event. A call that
 * the store did not confirm publishes {@link RevocationPending} instead.
 *
 * @param operation the requested operation
 * @param reason why the sessions end
 * @param sessionIds the sessions that were live until now, at least one
 * @param userId the owner of the sessions, if the call contained the user id
 * @param principal name of the authenticated caller, if there is one
 * @param at the time of the confirmation
 */
public record SessionRevoked(
        RevocationOperation operation,
        SessionEndReason reason,
        List<String> sessionIds,
        @Nullable String userId,
        @Nullable String principal,
        Instant at)
        implements SessionEvent {

    public SessionRevoked {
        sessionIds = List.copyOf(sessionIds);
    }

    /** Without the session ids. */
    @Override
    public String toString() {
        return "SessionRevoked[operation=" + operation + ", reason=" + reason.code() + ", sessions=" + sessionIds.size()
                + ", userId=" + userId + ", principal=" + principal + ", at=" + at + "]";
    }
}
