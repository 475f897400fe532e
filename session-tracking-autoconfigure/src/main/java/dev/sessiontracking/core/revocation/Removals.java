// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.SessionChange.End;
import dev.sessiontracking.spi.SessionChange.Scope;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes revoked sessions from the store, and keeps the denylist in step. Every method fails with
 * {@link SessionStoreUnavailableException} if the store does not answer. Thread-safe.
 *
 * @param fullTold whether it was logged that the denylist is full
 */
record Removals(
        SessionStore store,
        CachingReader reader,
        RevocationDenylist denylist,
        NotBeforeMarkers markers,
        RevocationReapplier reapplier,
        AtomicBoolean fullTold) {

    private static final Logger log = LoggerFactory.getLogger(Removals.class);

    /** Whether a session belongs to another user than the one who revokes it. */
    boolean isForeign(Revocation.OfSession one) {
        return one.unlessForeign()
                && SessionStore.await(store.find(one.sessionId()))
                        .filter(session -> !session.userId().equals(one.userId()))
                        .isPresent();
    }

    /** Returns whether the store held the session. */
    boolean remove(Revocation.OfSession one) {
        Instant until = one.registrableUntil();
        Duration tokenLife = until == null ? Duration.ZERO : markers.timeUntil(until);
        return SessionStore.await(store.revoke(
                one.sessionId(),
                one.userId(),
                end(one, tokenLife.isNegative() ? Duration.ZERO : tokenLife, one.until())));
    }

    private End end(Revocation revocation, Duration tokenLife, @Nullable Instant until) {
        return new End(revocation.reason(), denylist.retention(), tokenLife, false, until);
    }

    /** This node rejects each session before the store removes it, so that no read under way can undo that. */
    List<String> removeAll(Revocation.OfUser all, @Nullable Instant until) {
        Map<String, Optional<Denial>> begun = new ConcurrentHashMap<>();
        String owner = SessionIds.hash(all.userId());
        try {
            List<String> revoked = SessionStore.await(store.revokeAll(
                    new Scope(all.userId(), until, all.exceptSessionId()),
                    end(all, Duration.ZERO, until),
                    sessionId -> begun.computeIfAbsent(sessionId, id -> begin(id, all.reason(), owner, until))));
            for (String sessionId : revoked) {
                // Also here, for a store that has not announced it.
                if (begun.computeIfAbsent(sessionId, id -> begin(id, all.reason(), owner, until))
                        .isEmpty()) {
                    withoutRoom(sessionId);
                }
            }
            return revoked;
        } finally {
            // Without a confirmation, too: the revocation of the user is what is pending then.
            begun.values().forEach(denial -> denial.ifPresent(this::confirm));
        }
    }

    private Optional<Denial> begin(String sessionId, SessionEndReason reason, String owner, @Nullable Instant until) {
        return Optional.ofNullable(denylist.deny(sessionId, reason, owner, until));
    }

    /** The store has removed a session. */
    void confirm(Denial denial) {
        if (denylist.confirm(denial)) {
            reapplier.apply(Map.of(denial.sessionId, denial.revokedAt));
        }
    }

    /** The store refuses it from now on; what this node has in memory must not say otherwise. */
    void withoutRoom(String sessionId) {
        reader.invalidate(sessionId);
        if (fullTold.compareAndSet(false, true)) {
            log.warn("The revocation denylist is full of pending revocations. Further revocations are enforced"
                    + " only by the store, not during an outage. Raise"
                    + " session.tracking.revocation.maximum-remembered.");
        }
    }
}
