package dev.sessiontracking.core;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The path of every check: what this node knows to be revoked, then the near cache as far as it is proven, then the
 * store, which is asked once. Thread-safe.
 */
final class SessionEngine implements SessionChecker {

    private final SessionStore store;

    private final @Nullable TrackedReader tracked;

    private final RevocationMemory memory;

    private final Revoker revoker;

    private final OutagePolicy outagePolicy;

    private final OutageReport report;

    private final StoreWatch watch;

    private final SessionStatistics statistics;

    private final SharedReads<Boolean> reads;

    private final NotBeforeMarkers markers;

    SessionEngine(
            SessionStore store,
            @Nullable TrackedReader tracked,
            RevocationMemory memory,
            NotBeforeMarkers markers,
            Revoker revoker,
            OutagePolicy outagePolicy,
            OutageReport report,
            StoreWatch watch,
            SessionStatistics statistics,
            Clock clock) {
        this.store = store;
        this.tracked = tracked;
        this.memory = memory;
        this.markers = markers;
        this.revoker = revoker;
        this.outagePolicy = outagePolicy;
        this.report = report;
        this.watch = watch;
        this.statistics = statistics;
        this.reads = new SharedReads<>(this::ask, System::nanoTime, clock);
    }

    @Override
    public SessionCheck check(TokenSession session) {
        SessionCheck check = memory.isDenied(session) ? SessionCheck.ENDED_BY_MEMORY : find(session.sessionId());
        if (check == SessionCheck.UNPROVEN && memory.isDeniedUnlessProven(session)) {
            check = SessionCheck.ENDED_BY_MEMORY;
        } else if (check == SessionCheck.LIVE_BY_STORE) {
            memory.proven(session);
        }
        statistics.checked(check);
        return check;
    }

    private SessionCheck check(String sessionId, boolean denied) {
        SessionCheck check = denied ? SessionCheck.ENDED_BY_MEMORY : find(sessionId);
        statistics.checked(check);
        return check;
    }

    private SessionCheck find(String sessionId) {
        SessionCheck cached = fromCache(sessionId);
        return cached != null ? cached : fromStore(sessionId);
    }

    private @Nullable SessionCheck fromCache(String sessionId) {
        if (tracked == null) {
            return null;
        }
        tracked.checking(sessionId);
        return tracked.cacheOf(sessionId).lookup(sessionId);
    }

    private SessionCheck fromStore(String sessionId) {
        try {
            return Stages.await(reads.read(sessionId)) ? SessionCheck.LIVE_BY_STORE : SessionCheck.ENDED_BY_STORE;
        } catch (SessionStoreUnavailableException unavailable) {
            report.uncheckedToken();
            return SessionCheck.UNPROVEN;
        }
    }

    private CompletionStage<Boolean> ask(String sessionId) {
        long began = System.nanoTime();
        CompletionStage<Boolean> answer = tracked == null ? null : tracked.read(sessionId);
        return answer != null ? watch.watch(StoreOperation.CHECK, began, answer) : store.exists(sessionId);
    }

    @Override
    public SessionCheck checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        try {
            NotBefore marker = markers.read(userId);
            if (marker.equals(NotBefore.CLEARED)) {
                memory.cleared(userId);
            }
            if (marker.coversToken(authenticatedAt)) {
                return SessionCheck.ENDED_BY_STORE;
            }
            return memory.isDeniedWithoutSession(userId, authenticatedAt)
                    ? SessionCheck.ENDED_BY_MEMORY
                    : SessionCheck.LIVE_BY_STORE;
        } catch (SessionStoreUnavailableException unavailable) {
            if (memory.isDeniedWithoutSession(userId, authenticatedAt)
                    || markers.isRememberedToCover(userId, authenticatedAt)) {
                return SessionCheck.ENDED_BY_MEMORY;
            }
            report.uncheckedToken();
            return SessionCheck.UNPROVEN;
        }
    }

    @Override
    public CompletionStage<Optional<String>> findOwner(String sessionId) {
        return store.find(sessionId).thenApply(session -> session.map(UserSession::userId));
    }

    @Override
    public void found(ClaimProblem problem) {
        statistics.found(problem);
    }

    SessionStatus status(String sessionId) {
        return check(sessionId, memory.isDenied(sessionId)).status();
    }

    /** Takes back what the near cache says of a session that this node has just created or revoked. */
    void changed(String sessionId) {
        if (tracked != null) {
            tracked.cacheOf(sessionId).invalidate(sessionId);
        }
    }

    @Override
    public boolean revoke(TokenSession session) {
        return revoker.revoke(session.sessionId(), session.userId());
    }

    @Override
    public OutagePolicy outagePolicy() {
        return outagePolicy;
    }
}
