package dev.sessiontracking.core;

/** Hears when the store stops answering and when it answers again: strictly in turn, and never under a lock. */
public interface StoreListener {

    /**
     * The store has stopped answering.
     *
     * @param reason why there is no answer, in words and without secrets
     */
    void unavailable(String reason);

    /** The store answers again. */
    void available();

    /**
     * A part of the store answers that did not before, or another server does in its place: it may lack what it was told
     * last. Not called when {@link #available()} says so of the whole.
     */
    default void partReplaced() {}
}
