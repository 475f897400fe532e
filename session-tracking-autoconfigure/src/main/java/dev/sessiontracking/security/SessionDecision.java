// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

/** The decision on a token, based on its session. */
public enum SessionDecision {

    /** The token belongs to no session of this application. It is a plain JWT. */
    PLAIN(true),

    /** The token's session is live. A fresh cache or the store has verified it. */
    LIVE(true),

    /** The session could not be checked, and the outage policy accepts the token. */
    UNVERIFIED(true),

    /** The token's session was revoked, has expired, or was never registered. */
    ENDED(false),

    /** The token must name a session, but names none or an invalid one. */
    UNUSABLE(false),

    /** The session could not be checked, and the outage policy rejects unverified tokens. */
    UNAVAILABLE(false);

    private final boolean accepted;

    SessionDecision(boolean accepted) {
        this.accepted = accepted;
    }

    /** Whether the token is accepted. */
    public boolean isAccepted() {
        return accepted;
    }
}
