// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;

/**
 * An event of this node, published as a Spring application event after it has happened. Listen to a subtype, or to this
 * type for all events:
 *
 * <pre>{@code
 * @EventListener
 * void on(SessionRevoked revoked) {
 *     sockets.close(revoked.sessionIds());
 * }
 * }</pre>
 *
 * <p>There are no events for the expiry of a session, or for a revocation by another node.
 *
 * <p>Events contain session ids, because listeners may need them. No {@code toString} contains one. Immutable.
 */
public sealed interface SessionEvent
        permits SessionCreated,
                SessionRenewed,
                SessionRevoked,
                RevocationPending,
                RevocationApplied,
                SessionCutoffChanged,
                RequestRejected,
                RejectionObserved,
                OutageBegan,
                OutageEnded {

    /** The time of the event, by this node's clock. */
    Instant at();
}
