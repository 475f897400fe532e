package dev.sessiontracking;

import java.time.Instant;

/**
 * A session was given its full lifetime again, and the store has confirmed it.
 *
 * @param sessionId which session
 * @param at when the store had confirmed it
 */
public record SessionRenewed(String sessionId, Instant at) implements SessionEvent {

    /** Without the session id. */
    @Override
    public String toString() {
        return "SessionRenewed[at=" + at + "]";
    }
}
