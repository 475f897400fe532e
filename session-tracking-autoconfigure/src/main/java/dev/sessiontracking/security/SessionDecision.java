package dev.sessiontracking.security;

/** What a token is worth, as far as its session is concerned. */
public enum SessionDecision {

    /** The token belongs to no session of ours: plain JWT. */
    PLAIN(true),

    /** The token's session is live, as a fresh cache or the store has verified. */
    LIVE(true),

    /** The session could not be checked, and the outage policy accepts the token. */
    UNVERIFIED(true),

    /** The token's session was revoked, has expired, or was never registered. */
    ENDED(false),

    /** The token must name a session and does not name one that could exist. */
    UNUSABLE(false),

    /** The session could not be checked, and the outage policy rejects unverified tokens. */
    UNAVAILABLE(false);

    private final boolean accepted;

    SessionDecision(boolean accepted) {
        this.accepted = accepted;
    }

    /** Whether the token may pass. */
    public boolean isAccepted() {
        return accepted;
    }
}
