// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RevocationOperation;
import dev.sessiontracking.SessionService.RevokedSessions;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Revokes sessions: this node rejects their tokens first, then the store removes the sessions. A revocation that the store
 * does not confirm stays pending, and is sent again until the store confirms it. Thread-safe.
 */
public final class Revoker implements AutoCloseable {

    private final CachingReader reader;

    private final RevocationDenylist denylist;

    private final NotBeforeMarkers markers;

    private final Outcomes outcomes;

    private final OutagePolicy policy;

    private final PendingRevocations pending;

    private final RevocationReapplier reapplier;

    private final Removals removals;

    /** @param reader reads of that store whose answers are cached */
    public Revoker(
            SessionStore store,
            CachingReader reader,
            RevocationDenylist denylist,
            NotBeforeMarkers markers,
            Outcomes outcomes,
            OutagePolicy policy) {
        this.reader = reader;
        this.denylist = denylist;
        this.markers = markers;
        this.outcomes = outcomes;
        this.policy = policy;
        this.pending = new PendingRevocations(
                this::apply, denylist::applied, denylist.maximum(), PendingRevocations.LAST_ATTEMPTS_TIME);
        this.reapplier = new RevocationReapplier(store, pending::later);
        this.removals = new Removals(store, reader, denylist, markers, reapplier, new AtomicBoolean());
    }

    /** Is notified of what became of revocations. Does not throw. */
    public interface Outcomes {

        /** Sessions were revoked, perhaps none. */
        void revoked(
                RevocationOperation operation,
                SessionEndReason reason,
                List<String> sessionIds,
                @Nullable String userId);

        /** The cut-off of all users holds; {@code null} if it was cleared. */
        void cutoff(@Nullable Instant time);

        /** The store has not confirmed a revocation: this node enforces it and will send it again. */
        void pending(
                RevocationOperation operation,
                SessionEndReason reason,
                @Nullable String sessionId,
                @Nullable String userId);

        /** The store has confirmed a pending revocation. */
        void applied(RevocationOperation operation, @Nullable String sessionId, @Nullable String userId, long sessions);
    }

    /** The revocations that this node enforces whatever the store says. */
    public RevocationDenylist denylist() {
        return denylist;
    }

    /** The not-before markers of users. */
    public NotBeforeMarkers markers() {
        return markers;
    }

    /** Ends one session. False only if the store confirmed that there was nothing to end. */
    public boolean revoke(String sessionId, @Nullable String userId, SessionEndReason reason) {
        return revoke(new Revocation.OfSession(sessionId, userId, null, reason, false, null));
    }

    /**
     * Ends a session of an identity provider, unless its user has authenticated after a time. Whoever repeats this does not
     * end a session that has begun again since.
     *
     * @throws SessionStoreUnavailableException if the store did not confirm it, and this node cannot keep it as pending
     */
    public void revokeUntil(String sessionId, Instant until, SessionEndReason reason) {
        Revocation.OfSession revocation = new Revocation.OfSession(sessionId, null, null, reason, false, until);
        orPending(revocation, () -> revoke(revocation));
    }

    /** Under the policy {@code reject}, a revocation also fails if this node enforces it and keeps it. */
    private void orPending(Revocation revocation, Runnable action) {
        try {
            action.run();
        } catch (SessionStoreUnavailableException unconfirmed) {
            if (!pending.contains(revocation.target())) {
                throw unconfirmed;
            }
        }
    }

    /**
     * As {@link #revoke(String, String, SessionEndReason)}, and keeps a token from registering the session later.
     *
     * @param registrableUntil until when a token may ask for its registration
     */
    public boolean revokeForGood(String sessionId, Instant registrableUntil, SessionEndReason reason) {
        return revoke(new Revocation.OfSession(sessionId, null, registrableUntil, reason, false, null));
    }

    /**
     * Ends a session unless it belongs to another user. If the store does not answer, the revocation is pending until the
     * store says whose it is. Until then, this node rejects a session that is logged out: a token has named it.
     *
     * @param registrableUntil until when a token may ask for its registration, or {@code null}
     */
    public boolean revokeOwn(
            String sessionId, String userId, @Nullable Instant registrableUntil, SessionEndReason reason) {
        Revocation.OfSession revocation =
                new Revocation.OfSession(sessionId, userId, registrableUntil, reason, true, null);
        try {
            if (removals.isForeign(revocation)) {
                return false;
            }
        } catch (SessionStoreUnavailableException unavailable) {
            if (reason.equals(SessionEndReason.LOGOUT)) {
                return keep(revocation, denylist.deny(sessionId, reason, SessionIds.hash(userId), null), unavailable);
            }
            keep(revocation, true, unavailable);
            return true;
        }
        return revoke(revocation);
    }

    private boolean revoke(Revocation.OfSession revocation) {
        String sessionId = revocation.sessionId();
        boolean believedLive = reader.lookup(sessionId) == SessionStatus.LIVE;
        String userId = revocation.userId();
        Denial denial = denylist.deny(
                sessionId, revocation.reason(), userId == null ? null : SessionIds.hash(userId), revocation.until());
        try {
            boolean wasLive = removals.remove(revocation);
            if (denial == null) {
                removals.withoutRoom(sessionId);
            } else if (wasLive || believedLive) {
                removals.confirm(denial);
            } else if (denylist.forget(denial)) {
                // Nothing that a request could still meet: remembering it would let made-up ids fill the denylist.
                reapplier.apply(Map.of(sessionId, denial.revokedAt));
            }
            if (wasLive) {
                outcomes.revoked(RevocationOperation.ONE, revocation.reason(), List.of(sessionId), revocation.userId());
            }
            return wasLive;
        } catch (SessionStoreUnavailableException unavailable) {
            return keep(revocation, denial, unavailable);
        }
    }

    private boolean keep(
            Revocation.OfSession revocation, @Nullable Denial denial, SessionStoreUnavailableException unavailable) {
        if (denial != null) {
            denylist.keep(denial, revocation.unlessForeign());
        }
        keep(revocation, denial != null, unavailable);
        return true;
    }

    /**
     * Ends the sessions of a user that have begun until now.
     *
     * @param exceptSessionId the one session to keep, or {@code null}
     */
    public RevokedSessions revokeAll(String userId, @Nullable String exceptSessionId, SessionEndReason reason) {
        // Now means now, by the store's clock: what nodes' clocks say of a session's beginning does not matter.
        return revokeAll(new Revocation.OfUser(userId, denylist.now(), exceptSessionId, reason), false);
    }

    /**
     * Ends the sessions of a user that have begun until a time. Whoever repeats this ends none that has begun since.
     *
     * @throws SessionStoreUnavailableException if the store did not confirm it, and this node cannot keep it as pending
     */
    public void revokeAllUntil(String userId, Instant until, SessionEndReason reason) {
        Revocation.OfUser revocation = new Revocation.OfUser(userId, until, null, reason);
        orPending(revocation, () -> revokeAll(revocation, true));
    }

    private RevokedSessions revokeAll(Revocation.OfUser revocation, boolean hasTime) {
        String userId = revocation.userId();
        Instant until = hasTime ? revocation.until() : null;
        try {
            markers.raise(userId, NotBefore.of(until, revocation.exceptSessionId()));
            List<String> revoked = removals.removeAll(revocation, until);
            outcomes.revoked(revocation.operation(), revocation.reason(), revoked, userId);
            return new RevokedSessions(revoked.size(), false);
        } catch (SessionStoreUnavailableException unavailable) {
            keep(revocation, denylist.deny(revocation), unavailable);
            return new RevokedSessions(0, true);
        }
    }

    /**
     * Sets the cut-off: ends all sessions of all users that have begun until a time.
     *
     * @param until the store's present time counts if that is earlier
     */
    public SessionCutoff revokeEverything(Instant until) {
        Instant now = denylist.now();
        // The store compares with its own clock, so what is in the future here may be in the past there.
        Instant time = until.isBefore(now.plus(Duration.ofDays(1))) ? until : null;
        try {
            NotBefore raised = markers.raise(NotBefore.ALL_USERS, NotBefore.of(time, null));
            if (!raised.exists()) {
                return new SessionCutoff(null, false);
            }
            Instant cutoff = Instant.ofEpochMilli(raised.millis());
            outcomes.cutoff(cutoff);
            return new SessionCutoff(cutoff, false);
        } catch (SessionStoreUnavailableException unavailable) {
            Instant enforced = until.isBefore(now) ? until : now;
            markers.enforceCutoff(NotBefore.of(enforced, null));
            keep(
                    new Revocation.OfUser(NotBefore.ALL_USERS, enforced, null, SessionEndReason.ADMINISTRATOR),
                    true,
                    unavailable);
            return new SessionCutoff(enforced, true);
        }
    }

    private void keep(Revocation revocation, boolean enforced, SessionStoreUnavailableException unavailable) {
        if (!enforced) {
            throw new SessionStoreUnavailableException(
                    "The store did not confirm the revocation, and this node cannot keep it: its denylist is full of"
                            + " unconfirmed revocations",
                    unavailable);
        }
        try {
            pending.add(revocation);
        } catch (SessionStoreUnavailableException full) {
            denylist.applied(revocation);
            throw full;
        }
        outcomes.pending(revocation.operation(), revocation.reason(), revocation.sessionId(), revocation.revokedUser());
        if (policy == OutagePolicy.REJECT) {
            throw unavailable;
        }
    }

    private void apply(Revocation revocation) {
        long sessions = 0;
        if (revocation instanceof Revocation.OfUser all) {
            markers.raise(all.userId(), NotBefore.of(all.until(), all.exceptSessionId()));
            sessions = all.isOfAllUsers()
                    ? 0
                    : removals.removeAll(all, all.until()).size();
        } else if (revocation instanceof Revocation.OfSession one) {
            if (removals.isForeign(one)) {
                denylist.withdraw(one.sessionId());
            } else {
                sessions = removals.remove(one) ? 1 : 0;
            }
        }
        outcomes.applied(revocation.operation(), revocation.sessionId(), revocation.revokedUser(), sessions);
    }

    /** What the near cache is to report about revocations. */
    public RevocationObserver observer() {
        return new ReportedRevocations(denylist, markers, reapplier);
    }

    /** What is to happen when the store answers again; to be added to the store after the listeners that report outages. */
    public StoreListener recovery() {
        return new RevocationRecovery(denylist, markers, pending, reapplier);
    }

    /** Whether the store has not confirmed the revocation of this session. */
    public boolean isPending(String sessionId) {
        return pending.contains(sessionId);
    }

    /** How many revocations the store has not confirmed. */
    public int pendingCount() {
        return pending.size();
    }

    @Override
    public void close() {
        pending.close();
    }
}
