package dev.sessiontracking.core;

/**
 * What the reader of a near cache learns of revocations. Called on the store's threads: no method blocks or throws.
 */
public interface Evidence {

    /** Nobody wants to know. */
    Evidence IGNORED = new Evidence() {};

    /** Whether this node remembers the session as revoked. */
    default boolean isRevoked(String sessionId) {
        return false;
    }

    /** A session was live, the store told that it had changed, and it is gone although it had not expired. */
    default void seenRevoked(String sessionId) {}

    /** A session that this node remembers as revoked is in the store. */
    default void seenAlive(String sessionId) {}
}
