// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import dev.sessiontracking.SessionEvent;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of this node, each once it is a fact, and never under a lock.
 *
 * <p>Threads and order: an event that follows from a call ({@code SessionCreated}, {@code SessionRenewed},
 * {@code SessionRevoked}, {@code RevocationPending}, {@code RequestRejected}) is delivered on the caller's thread before
 * the call returns or throws, so the caller waits for the listener. Background events ({@code OutageBegan},
 * {@code OutageEnded}, {@code RevocationApplied}, and {@code SessionCreated} for the first use of an identity provider's session)
 * are delivered by one thread of their own, in the order in which they
 * happened: a slow listener delays other events, but no request, no recovery and no revocation. Between the two there is
 * no order.
 *
 * <p>After each call of {@code SessionService} that ended sessions comes either {@code SessionRevoked} or
 * {@code RevocationPending}, never both. After each {@code OutageBegan} comes one {@code OutageEnded} before the next,
 * unless the process ends.
 *
 * <p>Exceptions: one that a listener throws is logged once for its kind and changes nothing; the other listeners receive
 * the event all the same. Implementations must be thread-safe. Later versions may add types of events: ignore those that
 * you do not use.
 */
@FunctionalInterface
public interface SessionListener {

    /** Receives an event. */
    void on(SessionEvent event);

    /** Returns the user on whose behalf the current thread acts: events name it. Thread-safe. */
    @FunctionalInterface
    interface PrincipalSource {

        /** Returns no user. */
        PrincipalSource NONE = () -> null;

        /** The name of the authenticated caller, or {@code null} if there is none. */
        @Nullable
        String currentName();
    }
}
