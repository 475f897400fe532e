// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/** The result of a {@linkplain SessionService#renewSession(String) renewal}. */
public enum SessionRenewal {

    /** The session is live and has its full lifetime again. */
    RENEWED,

    /** The session has ended; nothing was written. Reject the refresh token. */
    ENDED,

    /**
     * The store did not answer, or there is no store. It is unknown whether the session is live and whether it was
     * renewed. You may issue an access token, but no refresh token that lives longer than the presented one.
     */
    UNVERIFIED
}
