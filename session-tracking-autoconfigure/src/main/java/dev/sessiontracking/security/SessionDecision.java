package dev.sessiontracking.security;

/** What a token is worth, as far as its session is concerned. */
public enum SessionDecision {

    /** The token belongs to no session of ours: plain JWT. */
    PLAIN(true),

    /** The token's session is proven to live. */
    LIVE(true),

    /** Nothing is known of the token's session, and the outage policy lets it pass. */
    UNPROVEN(true),

    /** The token's session was revoked, has expired, or was never registered. */
    ENDED(false),

    /** The token must name a session and does not name one that could exist. */
    UNUSABLE(false),

    /** Nothing is known of the token's session, and the outage policy lets nothing pass without proof. */
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
