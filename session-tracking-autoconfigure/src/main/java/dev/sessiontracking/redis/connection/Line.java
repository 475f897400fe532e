package dev.sessiontracking.redis.connection;

/** What a connection is for. Commands of one line never wait behind those of another. */
public enum Line {
    /** Reads of one key, and heartbeats. */
    READ,

    /** Writes of one key: a server that hangs on writes must not delay reads. */
    WRITE,

    /** Operations on many keys. */
    BULK
}
