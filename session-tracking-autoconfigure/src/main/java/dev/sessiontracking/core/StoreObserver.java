package dev.sessiontracking.core;

/** Hears how long the store took. Called on the store's own threads: must return at once, and not throw. */
@FunctionalInterface
public interface StoreObserver {

    /** Hears nothing. */
    StoreObserver NO_OP = (operation, answered, nanos) -> {};

    /**
     * A request to the store has ended.
     *
     * @param answered whether there was an answer; without one, the time says nothing about the store: requests are
     *     not even sent while it is known not to answer
     * @param nanos time from the request to its end
     */
    void ended(StoreOperation operation, boolean answered, long nanos);
}
