package dev.sessiontracking.redis.format;

/** The type of the index of a user's sessions. */
public enum UserIndexType {

    /** A sorted set, scored with the time when an entry can be dropped. Entries of ended sessions are pruned. */
    ZSET,

    /** A set, for servers that are shared with a service that keeps sets. Nothing prunes the entries of ended sessions. */
    SET
}
