package dev.sessiontracking.core;

import dev.sessiontracking.RevocationOperation;
import dev.sessiontracking.RevokedSessions;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries revocations out: this node refuses first, then the store is told; what it does not confirm is kept for it.
 * Thread-safe.
 */
final class Revoker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Revoker.class);

    private final AtomicBoolean fullTold = new AtomicBoolean();

    private final SessionStore store;

    private final RevocationMemory memory;

    private final @Nullable TrackedReader tracked;

    private final OutageReport report;

    private final SessionEvents events;

    private final Clock clock;

    private final PendingRevocations pending;

    private final RepeatedRevocations again;

    private final RevocationsUnderWay underWay = new RevocationsUnderWay();

    Revoker(
            SessionStore store,
            @Nullable TrackedReader tracked,
            RevocationMemory memory,
            OutageReport report,
            SessionEvents events,
            int maximumRemembered,
            Clock clock) {
        this.store = store;
        this.memory = memory;
        this.tracked = tracked;
        this.report = report;
        this.events = events;
        this.clock = clock;
        this.pending = new PendingRevocations(this::apply, maximumRemembered);
        this.again = new RepeatedRevocations(store, pending::later);
    }

    /** Ends one session. False only if the store confirmed that there was nothing to end. */
    boolean revoke(String sessionId, @Nullable String userId) {
        underWay.begin(sessionId);
        try {
            return denyAndRevoke(sessionId, userId);
        } finally {
            ended(sessionId);
        }
    }

    private boolean denyAndRevoke(String sessionId, @Nullable String userId) {
        boolean believedLive = isCachedAsLive(sessionId);
        RevocationMemory.Denial denial = memory.deny(sessionId);
        if (denial == null && collapse()) {
            denial = memory.deny(sessionId);
        }
        try {
            boolean wasLive = Stages.await(store.revoke(sessionId, userId));
            if (denial == null) {
                withoutRoom(sessionId);
            }
            if (!wasLive && !believedLive && denial != null) {
                // Nothing that a request could still meet: remembering it would let made-up ids fill the memory.
                memory.forget(sessionId, denial);
            }
            if (wasLive) {
                events.revoked(RevocationOperation.ONE, List.of(sessionId), userId);
            }
            return wasLive;
        } catch (SessionStoreUnavailableException unavailable) {
            keep(new Revocation.OfSession(sessionId, userId), memory.isDenied(sessionId), unavailable);
            return true;
        }
    }

    private boolean isCachedAsLive(String sessionId) {
        return tracked != null && tracked.cacheOf(sessionId).lookup(sessionId) == SessionCheck.LIVE_BY_CACHE;
    }

    /** Ends sessions of a user. */
    RevokedSessions revoke(Revocation.OfUser revocation) {
        try {
            // Now means now: what other nodes' clocks say of a session's beginning does not matter.
            List<String> revoked =
                    revokeAll(revocation.userId(), session -> !session.id().equals(revocation.exceptSessionId()));
            events.revoked(revocation.operation(), revoked, revocation.userId());
            return new RevokedSessions(revoked.size(), false);
        } catch (SessionStoreUnavailableException unavailable) {
            keep(revocation, memory.deny(revocation), unavailable);
            return new RevokedSessions(0, true);
        }
    }

    private void keep(Revocation revocation, boolean enforced, SessionStoreUnavailableException unavailable) {
        if (!enforced) {
            throw new SessionStoreUnavailableException(
                    "The store did not confirm the revocation, and this node can remember no more of them",
                    unavailable);
        }
        pending.add(revocation);
        report.keptRevocation();
        events.pending(revocation);
        if (report.policy() == OutagePolicy.REJECT) {
            throw unavailable;
        }
    }

    /**
     * Makes room: unconfirmed revocations of single sessions of one user become one of all that the user has begun so
     * far. It revokes more than was asked for, which is the lesser evil.
     */
    private boolean collapse() {
        List<Revocation.OfSession> ofOneUser = pending.mostOfOneUser();
        if (ofOneUser.size() < 2) {
            return false;
        }
        Revocation.OfUser all =
                new Revocation.OfUser(Objects.requireNonNull(ofOneUser.get(0).userId()), clock.instant(), null);
        memory.collapse(
                all, ofOneUser.stream().map(Revocation.OfSession::sessionId).toList());
        pending.replace(ofOneUser, all);
        return true;
    }

    private void apply(Revocation revocation) {
        if (revocation instanceof Revocation.OfSession one) {
            boolean wasLive = Stages.await(store.revoke(one.sessionId(), one.userId()));
            events.applied(one, wasLive ? 1 : 0);
        } else if (revocation instanceof Revocation.OfUser all) {
            List<String> revoked = revokeAll(all.userId(), session -> all.covers(session.id(), session.createdAt()));
            memory.applied(all);
            events.applied(all, revoked.size());
        }
    }

    /** The store refuses it from now on; what this node has in memory must not say otherwise. */
    private void withoutRoom(String sessionId) {
        if (tracked != null) {
            tracked.cacheOf(sessionId).invalidate(sessionId);
        }
        if (fullTold.compareAndSet(false, true)) {
            log.warn("This node can remember no more revocations: further ones are enforced by the store alone, as long"
                    + " as it answers. Raise session.tracking.revocation.maximum-remembered");
        }
    }

    /** Each session is refused here before it is removed there, so that no reply under way can undo it. */
    private List<String> revokeAll(String userId, Predicate<UserSession> which) {
        Queue<String> begun = new ConcurrentLinkedQueue<>();
        try {
            List<String> revoked = Stages.await(store.revokeAll(userId, session -> {
                boolean covered = which.test(session);
                if (covered) {
                    begun.add(session.id());
                    underWay.begin(session.id());
                    memory.deny(session.id());
                }
                return covered;
            }));
            for (String sessionId : revoked) {
                if (memory.deny(sessionId) == null) {
                    withoutRoom(sessionId);
                }
            }
            return revoked;
        } finally {
            begun.forEach(this::ended);
        }
    }

    private void ended(String sessionId) {
        if (underWay.end(sessionId) && memory.isDenied(sessionId)) {
            applyAgain(List.of(sessionId));
        }
    }

    /** Removes sessions that are refused here, except those that are about to be removed anyway. */
    private void applyAgain(List<String> sessionIds) {
        again.apply(underWay.postpone(pending.without(sessionIds)));
    }

    /** The store answers again, and may be another one, or an older state of itself. */
    void storeIsBack() {
        // Before the retry empties it: each is carried out once, and counted once.
        List<String> earlier = underWay.postpone(pending.without(memory.deniedSessions()));
        pending.retryNow();
        again.apply(earlier);
    }

    /** What pushes tell. */
    Evidence evidence() {
        return new Evidence() {

            @Override
            public boolean isRevoked(String sessionId) {
                return memory.isDenied(sessionId);
            }

            @Override
            public void seenRevoked(String sessionId) {
                memory.denyByEvidence(sessionId);
            }

            @Override
            public void seenAlive(String sessionId) {
                applyAgain(List.of(sessionId));
            }
        };
    }

    int pendingCount() {
        return pending.size();
    }

    @Override
    public void close() {
        pending.close();
    }
}
