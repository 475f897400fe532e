package dev.sessiontracking;

import java.time.Instant;

/**
 * Something that this node did or met. Published as a Spring application event once it is a fact; take the type that
 * matters, or this one for all:
 *
 * <pre>{@code
 * @EventListener
 * void on(SessionRevoked revoked) {
 *     sockets.close(revoked.sessionIds());
 * }
 * }</pre>
 *
 * <p>What a node merely infers is no event: an expiry, or a revocation that another node made.
 *
 * <p>Events carry session ids, for listeners that have to act on them; no {@code toString} of them shows one.
 * Immutable.
 */
public sealed interface SessionEvent
        permits SessionCreated,
                SessionRenewed,
                SessionRevoked,
                RevocationPending,
                RevocationApplied,
                RequestRejected,
                OutageBegan,
                OutageEnded {

    /** When it became a fact, by this node's clock. */
    Instant at();
}
