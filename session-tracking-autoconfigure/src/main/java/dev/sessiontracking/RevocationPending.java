package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A revocation was made that the store did not confirm: this node enforces it and keeps it for the store. Once it is
 * applied there, a {@link RevocationApplied} follows: one for all pending revocations of the same target. None follows if
 * the process ends before.
 *
 * @param operation what was asked for
 * @param sessionId the session to end, for {@link RevocationOperation#ONE} only
 * @param userId whose sessions to end, for the other operations only
 * @param principal name of the authenticated caller, when there is one
 * @param at when this node enforced it
 */
public record RevocationPending(
        RevocationOperation operation,
        @Nullable String sessionId,
        @Nullable String userId,
        @Nullable String principal,
        Instant at)
        implements SessionEvent {

    /** Without the session id. */
    @Override
    public String toString() {
        return "RevocationPending[operation=" + operation + ", userId=" + userId + ", principal=" + principal + ", at="
                + at + "]";
    }
}
