package dev.sessiontracking.core;

import dev.sessiontracking.RevocationOperation;
import dev.sessiontracking.RevokedSessions;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.RevocationDenylist.Denial;
import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.CachingReader.RevocationObserver;
import dev.sessiontracking.core.cache.StoreFutures;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final int MOST_RESTORATIONS = 10;

    private final AtomicBoolean fullTold = new AtomicBoolean();

    private final SessionStore store;

    private final RevocationDenylist memory;

    private final NotBeforeMarkers markers;

    private final @Nullable CachingReader tracked;

    private final OutageMonitor report;

    private final SessionEvents events;

    private final PendingRevocations pending;

    private final RevocationReapplier again;

    Revoker(
            SessionStore store,
            @Nullable CachingReader tracked,
            RevocationDenylist memory,
            NotBeforeMarkers markers,
            OutageMonitor report,
            SessionEvents events,
            int maximumRemembered) {
        this.store = store;
        this.memory = memory;
        this.markers = markers;
        this.tracked = tracked;
        this.report = report;
        this.events = events;
        this.pending = new PendingRevocations(this::apply, memory::applied, maximumRemembered);
        this.again = new RevocationReapplier(store, pending::later);
    }

    /** Ends one session. False only if the store confirmed that there was nothing to end. */
    boolean revoke(String sessionId, @Nullable String userId) {
        return revoke(new Revocation.OfSession(sessionId, userId));
    }

    /** As {@link #revoke(String, String)}. */
    boolean revoke(Revocation.OfSession revocation) {
        String sessionId = revocation.sessionId();
        boolean believedLive = isCachedAsLive(sessionId);
        Denial denial = memory.deny(sessionId);
        try {
            boolean wasLive = revokeInStore(revocation);
            if (denial == null) {
                withoutRoom(sessionId);
            } else if (wasLive || believedLive) {
                confirm(denial);
            } else if (memory.forget(denial)) {
                // Nothing that a request could still meet: remembering it would let made-up ids fill the memory.
                again.apply(List.of(sessionId));
            }
            if (wasLive) {
                events.revoked(RevocationOperation.ONE, List.of(sessionId), revocation.userId());
            }
            return wasLive;
        } catch (SessionStoreUnavailableException unavailable) {
            if (denial != null) {
                memory.keep(denial);
            }
            keep(revocation, denial != null, unavailable);
            return true;
        }
    }

    private boolean revokeInStore(Revocation.OfSession one) {
        Instant until = one.registrableUntil();
        Duration tokenLife = until == null ? Duration.ZERO : markers.timeUntil(until);
        return StoreFutures.await(
                tokenLife.toMillis() > 0
                        ? store.revokeForGood(one.sessionId(), one.userId(), tokenLife)
                        : store.revoke(one.sessionId(), one.userId()));
    }

    private boolean isCachedAsLive(String sessionId) {
        return tracked != null && tracked.cacheOf(sessionId).lookup(sessionId) == SessionStatus.LIVE;
    }

    /** Ends sessions of a user. */
    RevokedSessions revoke(Revocation.OfUser revocation) {
        try {
            // The marker has the time of the call: a command that the store carries out late must not cover later
            // logins.
            markers.raise(revocation.userId(), NotBefore.of(revocation.until(), revocation.exceptSessionId()));
            // Now means now: what nodes' clocks say of a session's beginning does not matter.
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
                    "The store did not confirm the revocation, and this node cannot keep it: its denylist is full of"
                            + " unconfirmed revocations",
                    unavailable);
        }
        try {
            pending.add(revocation);
        } catch (SessionStoreUnavailableException full) {
            memory.applied(revocation);
            throw full;
        }
        report.keptRevocation();
        events.pending(revocation);
        if (report.policy() == OutagePolicy.REJECT) {
            throw unavailable;
        }
    }

    private void apply(Revocation revocation) {
        if (revocation instanceof Revocation.OfSession one) {
            boolean wasLive = revokeInStore(one);
            events.applied(one, wasLive ? 1 : 0);
        } else if (revocation instanceof Revocation.OfUser all) {
            markers.raise(all.userId(), NotBefore.of(all.until(), all.exceptSessionId()));
            List<String> revoked = revokeAll(all.userId(), session -> all.covers(session.id(), session.createdAt()));
            events.applied(all, revoked.size());
        }
    }

    /** The store refuses it from now on; what this node has in memory must not say otherwise. */
    private void withoutRoom(String sessionId) {
        if (tracked != null) {
            tracked.cacheOf(sessionId).invalidate(sessionId);
        }
        if (fullTold.compareAndSet(false, true)) {
            log.warn(
                    "The revocation denylist is full of revocations that the store has not confirmed. The store enforces"
                            + " further ones, but not during an outage. Raise session.tracking.revocation.maximum-remembered.");
        }
    }

    /** Each session is refused here before it is removed there, so that no reply under way can undo it. */
    private List<String> revokeAll(String userId, Predicate<UserSession> which) {
        Map<String, Optional<Denial>> begun = new ConcurrentHashMap<>();
        try {
            List<String> revoked = StoreFutures.await(store.revokeAll(userId, session -> {
                boolean covered = which.test(session);
                if (covered) {
                    begun.computeIfAbsent(session.id(), this::begin);
                }
                return covered;
            }));
            for (String sessionId : revoked) {
                if (begun.computeIfAbsent(sessionId, this::begin).isEmpty()) {
                    withoutRoom(sessionId);
                }
            }
            return revoked;
        } finally {
            // Without a confirmation, too: the revocation of the user is what is pending then.
            begun.values().forEach(denial -> denial.ifPresent(this::confirm));
        }
    }

    private Optional<Denial> begin(String sessionId) {
        return Optional.ofNullable(memory.deny(sessionId));
    }

    private void confirm(Denial denial) {
        if (memory.confirm(denial)) {
            again.apply(List.of(denial.sessionId()));
        }
    }

    /** The store answers again, and may be another one, or an older state of itself. */
    void storeIsBack() {
        // Before the retry empties it: each is carried out once, and counted once.
        List<String> earlier = memory.reappliable(memory.deniedSessions());
        pending.retryNow();
        again.apply(earlier);
        restoreMarkers(MOST_RESTORATIONS);
    }

    private void restoreMarkers(int attempts) {
        markers.restore().thenAccept(complete -> {
            if (!complete && attempts > 1) {
                pending.later(() -> restoreMarkers(attempts - 1));
            }
        });
    }

    /** What pushes tell. */
    RevocationObserver evidence() {
        return new RevocationObserver() {

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
                again.apply(memory.reappliable(List.of(sessionId)));
            }
        };
    }

    boolean isPending(String sessionId) {
        return pending.contains(sessionId);
    }

    int pendingCount() {
        return pending.size();
    }

    @Override
    public void close() {
        pending.close();
    }
}
