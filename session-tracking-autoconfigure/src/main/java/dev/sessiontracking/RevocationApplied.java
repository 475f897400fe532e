package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The store has confirmed a revocation that was {@linkplain RevocationPending pending}.
 *
 * @param operation what was asked for
 * @param sessionId the session that was to end, for {@link RevocationOperation#ONE} only
 * @param userId whose sessions were to end, for the other operations only
 * @param sessions how many the store still held then; what others removed meanwhile does not count
 * @param at when the store had confirmed it
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
