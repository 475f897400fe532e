package dev.sessiontracking.core;

import dev.sessiontracking.OutageBegan;
import dev.sessiontracking.OutageEnded;
import dev.sessiontracking.RequestRejected;
import dev.sessiontracking.RevocationApplied;
import dev.sessiontracking.RevocationPending;
import dev.sessiontracking.SessionCreated;
import dev.sessiontracking.SessionRenewed;
import dev.sessiontracking.SessionRevoked;

/**
 * Hears what this node did or met, once it is a fact, and never under a lock.
 *
 * <p>Threads and order: what follows from a call ({@link #created}, {@link #renewed}, {@link #revoked},
 * {@link #revocationPending}, {@link #rejected}) is told on the caller's thread before the call returns or throws, so
 * the caller waits for the listener. What happens in the background ({@link #outageBegan}, {@link #outageEnded},
 * {@link #revocationApplied}) is told by one thread of its own, in the order in which it happened: a slow listener
 * delays other news, but no request, no recovery and no revocation. Between the two there is no order.
 *
 * <p>After each call of {@code SessionService} that ended sessions comes either {@link #revoked} or
 * {@link #revocationPending}, never both. After each {@link #outageBegan} comes one {@link #outageEnded} before the
 * next, unless the process ends.
 *
 * <p>Exceptions: one that a method throws is logged once for its kind and changes nothing; other listeners are told all
 * the same. Implementations must be thread-safe.
 */
public interface SessionListener {

    /** A session was begun. */
    default void created(SessionCreated event) {}

    /** A session was renewed. */
    default void renewed(SessionRenewed event) {}

    /** Sessions were ended. */
    default void revoked(SessionRevoked event) {}

    /** A revocation is enforced on this node and kept for the store. */
    default void revocationPending(RevocationPending event) {}

    /** The store has confirmed a revocation that was kept for it. */
    default void revocationApplied(RevocationApplied event) {}

    /** A request was refused. */
    default void rejected(RequestRejected event) {}

    /** The store has stopped answering. */
    default void outageBegan(OutageBegan event) {}

    /** The store answers again. */
    default void outageEnded(OutageEnded event) {}
}
