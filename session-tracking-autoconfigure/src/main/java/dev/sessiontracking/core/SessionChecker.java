package dev.sessiontracking.core;

/** Judges the session that a token names. Thread-safe; blocks no longer than the store's command timeout. */
public interface SessionChecker {

    /** Never throws for an outage: that is {@link SessionCheck#UNPROVEN}, and {@link #outagePolicy()} decides. */
    SessionCheck check(TokenSession session);

    /** What an unproven answer means. */
    OutagePolicy outagePolicy();
}
