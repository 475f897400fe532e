package dev.sessiontracking;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions were ended, and the store has confirmed it. A call that found nothing to end is no event; one that the store
 * did not confirm is a {@link RevocationPending} instead.
 *
 * @param operation what was asked for
 * @param sessionIds those that were live until now, at least one
 * @param userId whose sessions they were, where the call named the user
 * @param principal name of the authenticated caller, when there is one
 * @param at when the store had confirmed it
 */
public record SessionRevoked(
        RevocationOperation operation,
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
        return "SessionRevoked[operation=" + operation + ", sessions=" + sessionIds.size() + ", userId=" + userId
                + ", principal=" + principal + ", at=" + at + "]";
    }
}
