package dev.sessiontracking.core;

/** What a store is asked to do. */
public enum StoreOperation {
    /** Write a new session. */
    CREATE,
    /** Tell whether a session is there. */
    CHECK,
    /** Read a session. */
    FIND,
    /** Renew a session. */
    RENEW,
    /** Remove a session. */
    REVOKE,
    /** Remove sessions of a user. */
    REVOKE_ALL,
    /** Read the sessions of a user. */
    LIST
}
