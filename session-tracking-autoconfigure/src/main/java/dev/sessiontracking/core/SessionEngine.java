package dev.sessiontracking.core;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.CoalescedReads;
import dev.sessiontracking.core.cache.StoreFutures;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.StoreObserver.Operation;
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

    private final @Nullable CachingReader tracked;

    private final RevocationDenylist memory;

    private final Revoker revoker;

    private final OutagePolicy outagePolicy;

    private final OutageMonitor report;

    private final StoreWatch watch;

    private final SessionStatistics statistics;

    private final CoalescedReads<Boolean> reads;

    private final NotBeforeMarkers markers;

    SessionEngine(
            SessionStore store,
            @Nullable CachingReader tracked,
            RevocationDenylist memory,
            NotBeforeMarkers markers,
            Revoker revoker,
            OutagePolicy outagePolicy,
            OutageMonitor report,
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
        this.reads = new CoalescedReads<>(this::ask, System::nanoTime, clock);
    }

    @Override
    public Result check(TokenSession session) {
        Result check = memory.isDenied(session) ? Result.ENDED_BY_MEMORY : find(session.sessionId());
        if (check == Result.UNPROVEN && memory.isDeniedUnlessProven(session)) {
            check = Result.ENDED_BY_MEMORY;
        } else if (check == Result.LIVE_BY_STORE) {
            memory.proven(session);
        }
        statistics.checked(check);
        return check;
    }

    private Result check(String sessionId, boolean denied) {
        Result check = denied ? Result.ENDED_BY_MEMORY : find(sessionId);
        statistics.checked(check);
        return check;
    }

    private Result find(String sessionId) {
        return switch (fromCache(sessionId)) {
            case LIVE -> Result.LIVE_BY_CACHE;
            case ENDED -> Result.ENDED_BY_CACHE;
            case UNKNOWN -> fromStore(sessionId);
        };
    }

    private SessionStatus fromCache(String sessionId) {
        if (tracked == null) {
            return SessionStatus.UNKNOWN;
        }
        tracked.checking(sessionId);
        return tracked.cacheOf(sessionId).lookup(sessionId);
    }

    private Result fromStore(String sessionId) {
        try {
            return StoreFutures.await(reads.read(sessionId)) ? Result.LIVE_BY_STORE : Result.ENDED_BY_STORE;
        } catch (SessionStoreUnavailableException unavailable) {
            report.uncheckedToken();
            return Result.UNPROVEN;
        }
    }

    private CompletionStage<Boolean> ask(String sessionId) {
        long began = System.nanoTime();
        CompletionStage<Boolean> answer = tracked == null ? null : tracked.read(sessionId);
        return answer != null ? watch.watch(Operation.CHECK, began, answer) : store.exists(sessionId);
    }

    @Override
    public Result checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        try {
            NotBefore marker = markers.read(userId);
            if (marker.equals(NotBefore.CLEARED)) {
                memory.cleared(userId);
            }
            if (marker.coversToken(authenticatedAt)) {
                return Result.ENDED_BY_STORE;
            }
            return memory.isDeniedWithoutSession(userId, authenticatedAt)
                    ? Result.ENDED_BY_MEMORY
                    : Result.LIVE_BY_STORE;
        } catch (SessionStoreUnavailableException unavailable) {
            if (memory.isDeniedWithoutSession(userId, authenticatedAt)
                    || markers.isRememberedToCover(userId, authenticatedAt)) {
                return Result.ENDED_BY_MEMORY;
            }
            report.uncheckedToken();
            return Result.UNPROVEN;
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
