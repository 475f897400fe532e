package dev.sessiontracking.core;

/** What verified tokens can show to be wrong with {@code session.tracking.jwt}. Such a token is not rejected for it. */
public enum ClaimProblem {

    /** The token names a session, but its issuer is not among the configured ones: its session is not checked. */
    UNLISTED_ISSUER,

    /** The token names a live session that belongs to another user id than the token's. */
    OTHER_USER
}
