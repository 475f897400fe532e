package dev.sessiontracking;

/** What is known of a session id at the moment of asking. */
public enum SessionStatus {

    /** Registered, not revoked, not expired. */
    LIVE,

    /** Revoked, expired, or never registered: the three cannot be told apart, and none of them may pass. */
    ENDED,

    /** The store did not answer, or there is none: the outage policy decides. */
    UNKNOWN
}
