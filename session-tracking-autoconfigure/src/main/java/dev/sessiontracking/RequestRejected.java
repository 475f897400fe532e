// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request, or a token that did not arrive by HTTP, was rejected because of its session. At most one event for each
 * session of a request.
 *
 * @param reason the reason
 * @param sessionId the session id of the token, if it has a valid one
 * @param userId the user of the token, if the token contains it
 * @param at the time of the rejection
 */
public record RequestRejected(
        Reason reason, @Nullable String sessionId, @Nullable String userId, Instant at) implements SessionEvent {

    /** Why a request was rejected. */
    public enum Reason {
        /** Its session was revoked, has expired, or was never registered: 401. */
        ENDED,
        /** Its token must name a session but names none or an invalid one, or the token cannot be determined: 401. */
        UNUSABLE,
        /** The store did not answer, and the outage policy is {@code reject} or a rule requires a live session: 503. */
        UNAVAILABLE
    }

    /** Without the session id. */
    @Override
    public String toString() {
        return "RequestRejected[reason=" + reason + ", userId=" + userId + ", at=" + at + "]";
    }
}
