// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

/**
 * Receives the duration of store operations. Called on the threads of the store, so it must return at once and must not
 * throw.
 */
@FunctionalInterface
public interface StoreObserver {

    /** Does nothing. */
    StoreObserver NO_OP = (operation, answered, nanos) -> {};

    /**
     * A request to the store has ended.
     *
     * @param answered whether there was an answer; without one, the time says nothing about the store: requests are
     *     not even sent while it is known not to answer
     * @param nanos time from the request to its end
     */
    void ended(Operation operation, boolean answered, long nanos);

    /** What a store is asked to do. */
    enum Operation {
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
}
