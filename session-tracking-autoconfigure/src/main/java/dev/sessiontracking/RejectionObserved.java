// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import dev.sessiontracking.RequestRejected.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token was accepted that {@code session.tracking.mode=enforce} would have rejected. Published only in the mode
 * {@code observe}, where {@link RequestRejected} would be published otherwise.
 *
 * @param reason the reason for the rejection
 * @param sessionId the session id of the token, if it has a valid one
 * @param userId the user of the token, if the token contains it
 * @param at the time of the check
 */
public record RejectionObserved(
        Reason reason, @Nullable String sessionId, @Nullable String userId, Instant at) implements SessionEvent {

    /** Without the session id. */
    @Override
    public String toString() {
        return "RejectionObserved[reason=" + reason + ", userId=" + userId + ", at=" + at + "]";
    }
}
