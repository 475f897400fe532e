// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/**
 * Thrown if a user logs in who already has as many sessions as {@code session.tracking.limit.sessions-per-user} allows, and the
 * policy is {@code reject}. Nothing was written. The credentials were correct: do not count it as a failed login. Offer the user
 * to end another session.
 */
public class SessionLimitReachedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param limit how many sessions a user may have */
    public SessionLimitReachedException(int limit) {
        super(
                "The user already has " + limit
                        + " session(s), as many as session.tracking.limit.sessions-per-user allows. Another one must end first");
    }
}
