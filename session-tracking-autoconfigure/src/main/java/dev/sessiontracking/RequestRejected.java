package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request, or a token that came by another way, was refused because of its session. At most one event for each
 * session that a request names.
 *
 * @param reason why
 * @param sessionId the session that the token named, when it named one that could exist
 * @param userId whose token it was, when it said so
 * @param at when it was refused
 */
public record RequestRejected(
        Reason reason, @Nullable String sessionId, @Nullable String userId, Instant at) implements SessionEvent {

    /** Why a request was refused. */
    public enum Reason {
        /** Its session was revoked, has expired, or was never registered: 401. */
        ENDED,
        /** Its token must name a session and names none that could exist, or cannot be found: 401. */
        UNUSABLE,
        /** The store did not answer, and the outage policy is {@code reject} or a rule asks for a live session: 503. */
        UNAVAILABLE
    }

    /** Without the session id. */
    @Override
    public String toString() {
        return "RequestRejected[reason=" + reason + ", userId=" + userId + ", at=" + at + "]";
    }
}
