// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import org.jspecify.annotations.Nullable;

/** Is notified when the store stops answering and when it answers again: strictly in turn, and never under a lock. */
public interface StoreListener {

    /**
     * The store has stopped answering.
     *
     * @param reason why there is no answer, in words and without secrets
     */
    default void unavailable(String reason) {}

    /**
     * A part of the store has stopped answering, while the rest of it goes on. Called for each part that stops until the
     * store is {@link #available()} as a whole.
     *
     * @param part which part, in words that follow "the sessions on"
     * @param reason why there is no answer, in words and without secrets
     */
    default void partUnavailable(String part, String reason) {}

    /**
     * The store, or a part of it, answers reads, but takes no writes.
     *
     * @param part which part, in words that follow "the sessions on", or {@code null} for all of it
     * @param reason why there is no answer, in words and without secrets
     */
    default void writesUnavailable(@Nullable String part, String reason) {}

    /** The store answers again, all of it. */
    default void available() {}

    /**
     * A part of the store answers that did not before, or another server does in its place: it may lack what it was told
     * last. Not called when {@link #available()} says so of the whole.
     */
    default void partReplaced() {}
}
