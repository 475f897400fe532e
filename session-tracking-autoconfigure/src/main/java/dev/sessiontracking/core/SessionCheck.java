package dev.sessiontracking.core;

import dev.sessiontracking.SessionStatus;

/** The answer of one check, and where it came from. Constants only, so that a check allocates nothing. */
public enum SessionCheck {

    /** The near cache, proven fresh, holds the session. */
    LIVE_BY_CACHE(SessionStatus.LIVE, Source.CACHE),

    /** The near cache, proven fresh, knows that there is no such session. */
    ENDED_BY_CACHE(SessionStatus.ENDED, Source.CACHE),

    /** The store was asked and holds the session. */
    LIVE_BY_STORE(SessionStatus.LIVE, Source.STORE),

    /** The store was asked and holds no such session. */
    ENDED_BY_STORE(SessionStatus.ENDED, Source.STORE),

    /** This node remembers a revocation, whatever the store says. */
    ENDED_BY_MEMORY(SessionStatus.ENDED, Source.MEMORY),

    /** The store did not answer. */
    UNPROVEN(SessionStatus.UNKNOWN, Source.UNPROVEN);

    private final SessionStatus status;

    private final Source source;

    SessionCheck(SessionStatus status, Source source) {
        this.status = status;
        this.source = source;
    }

    /** What the check found. */
    public SessionStatus status() {
        return status;
    }

    /** What the finding rests on. */
    public Source source() {
        return source;
    }

    /** What the answer of a check rests on. */
    public enum Source {
        /** Memory of this node that the store keeps true. */
        CACHE,
        /** A round trip to the store. */
        STORE,
        /** A revocation that this node remembers. */
        MEMORY,
        /** Nothing: there was no answer. */
        UNPROVEN
    }
}
