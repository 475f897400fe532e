package dev.sessiontracking.core;

import dev.sessiontracking.RevocationOperation;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import java.util.List;
import java.util.function.Predicate;

/**
 * Carries revocations out: this node refuses first, then the store is told; what it does not confirm is kept for it.
 * Thread-safe.
 */
final class Revoker implements AutoCloseable {

    private final SessionStore store;

    private final RevocationMemory memory;

    private final SessionEngine engine;

    private final OutageReport report;

    private final SessionEvents events;

    private final PendingRevocations pending;

    Revoker(
            SessionStore store,
            RevocationMemory memory,
            SessionEngine engine,
            OutageReport report,
            SessionEvents events,
            int maximumRemembered) {
        this.store = store;
        this.memory = memory;
        this.engine = engine;
        this.report = report;
        this.events = events;
        this.pending = new PendingRevocations(this::apply, maximumRemembered);
    }

    /** Ends one session; true when it was live, as far as known. */
    boolean revoke(String sessionId) {
        boolean believedLive = engine.isBelievedLive(sessionId);
        RevocationMemory.Denial denial = memory.deny(sessionId);
        try {
            boolean wasLive = Stages.await(store.revoke(sessionId, null));
            if (!wasLive && !believedLive && denial != null) {
                // Nothing that a request could still meet: remembering it would let made-up ids fill the memory.
                memory.forget(sessionId, denial);
            }
            if (wasLive) {
                events.revoked(RevocationOperation.ONE, List.of(sessionId), null);
            }
            return wasLive;
        } catch (SessionStoreUnavailableException unavailable) {
            keep(new Revocation.OfSession(sessionId), memory.isDenied(sessionId), unavailable);
            return believedLive;
        }
    }

    /** Ends sessions of a user; how many were live, as far as known. */
    long revoke(Revocation.OfUser revocation) {
        try {
            // Now means now: what other nodes' clocks say of a session's beginning does not matter.
            List<String> revoked =
                    revokeAll(revocation.userId(), session -> !session.id().equals(revocation.exceptSessionId()));
            events.revoked(revocation.operation(), revoked, revocation.userId());
            return revoked.size();
        } catch (SessionStoreUnavailableException unavailable) {
            keep(revocation, memory.deny(revocation), unavailable);
            return 0;
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
        if (engine.outagePolicy() == OutagePolicy.REJECT) {
            throw unavailable;
        }
    }

    private void apply(Revocation revocation) {
        if (revocation instanceof Revocation.OfSession one) {
            boolean wasLive = Stages.await(store.revoke(one.sessionId(), null));
            events.applied(one, wasLive ? 1 : 0);
        } else if (revocation instanceof Revocation.OfUser all) {
            List<String> revoked = revokeAll(all.userId(), session -> all.covers(session.id(), session.createdAt()));
            memory.forget(all);
            events.applied(all, revoked.size());
        }
    }

    /** Each session is refused here before it is removed there, so that no reply under way can undo it. */
    private List<String> revokeAll(String userId, Predicate<UserSession> which) {
        List<String> revoked = Stages.await(store.revokeAll(userId, session -> {
            boolean covered = which.test(session);
            if (covered) {
                memory.deny(session.id());
            }
            return covered;
        }));
        revoked.forEach(memory::deny);
        return revoked;
    }

    /** The store answers again. */
    void applyPending() {
        pending.retryNow();
    }

    int pendingCount() {
        return pending.size();
    }

    @Override
    public void close() {
        pending.close();
    }
}
