// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;

/**
 * A session was renewed: it has its full lifetime again, and the store has confirmed this.
 *
 * @param sessionId the session id
 * @param at the time of the confirmation
 */
public record SessionRenewed(String sessionId, Instant at) implements SessionEvent {

    /** Without the session id. */
    @Override
    public String toString() {
        return "SessionRenewed[at=" + at + "]";
    }
}
