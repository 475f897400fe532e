// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.ClaimProblem;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.TrackingState.SessionStatistics;
import dev.sessiontracking.core.revocation.NotBeforeMarkers;
import dev.sessiontracking.core.revocation.RevocationDenylist;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionStore;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The path of every check: first the denylist, then the near cache while its lease is fresh, then one read of the store.
 * Thread-safe.
 */
record SessionEngine(
        SessionStore store,
        CachingReader reader,
        Revoker revoker,
        SessionTracking.Settings settings,
        SessionStatistics statistics,
        FirstUses firstUses)
        implements SessionChecker {

    private RevocationDenylist denylist() {
        return revoker.denylist();
    }

    private NotBeforeMarkers markers() {
        return revoker.markers();
    }

    @Override
    public Result check(TokenSession token) {
        Result now = checkNow(token);
        if (now != null) {
            return now;
        }
        try {
            return SessionStore.await(checkLater(token));
        } catch (SessionStoreUnavailableException interrupted) {
            return answered(token, Result.UNVERIFIED);
        }
    }

    @Override
    public @Nullable Result checkNow(TokenSession token) {
        String sessionId = token.sessionId();
        boolean ofProvider = token.firstUse() != null;
        boolean denied = denylist().isDenied(sessionId, token.userId(), token.authenticatedAt(), ofProvider);
        NotBefore cutoff = markers().cutoffNow();
        Result result = denied
                ? Result.ENDED_BY_DENYLIST
                : switch (ofProvider
                        ? reader.lookup(sessionId, cutoff, token.authenticatedAt())
                        : reader.lookup(sessionId, cutoff)) {
                    case LIVE -> Result.LIVE_BY_CACHE;
                    case ENDED -> Result.ENDED_BY_CACHE;
                    case UNKNOWN -> null;
                };
        if (result != null) {
            statistics.checks().increment(result);
        }
        return result;
    }

    @Override
    public CompletionStage<Result> checkLater(TokenSession token) {
        // Where both are unknown, the cut-off and the session are read at the same time.
        CompletableFuture<NotBefore> cutoff = markers().cutoff();
        String sessionId = token.sessionId();
        // The usual case. Each further step would delay the requests of a node without a near cache.
        if (token.firstUse() == null && cutoff.isDone() && !cutoff.join().exists()) {
            return store.exists(sessionId)
                    .handle((live, failure) -> answered(token, live == null ? Result.UNVERIFIED : byStore(live)));
        }
        CompletionStage<Result> answer = token.firstUse() != null
                ? checkOfProvider(token, cutoff)
                : store.exists(sessionId)
                        .thenCompose(live -> cutoff.thenCompose(known -> live && known.exists()
                                ? isLater(sessionId, known)
                                : CompletableFuture.completedStage(live)))
                        .thenApply(SessionEngine::byStore);
        return answer.handle((result, failure) -> answered(token, failure == null ? result : Result.UNVERIFIED));
    }

    private static Result byStore(boolean live) {
        return live ? Result.LIVE_BY_STORE : Result.ENDED_BY_STORE;
    }

    /** The cache may know that the store does not hold the session, but not whether it has ended. */
    private CompletionStage<Result> checkOfProvider(TokenSession token, CompletableFuture<NotBefore> cutoff) {
        String sessionId = token.sessionId();
        CompletionStage<Boolean> found = reader.lookup(sessionId) == SessionStatus.ENDED
                ? CompletableFuture.completedStage(false)
                : store.exists(sessionId);
        return found.thenCompose(live -> cutoff.thenCompose(known -> {
            SessionStatus status =
                    live ? reader.lookup(sessionId, known, token.authenticatedAt()) : SessionStatus.UNKNOWN;
            return status == SessionStatus.UNKNOWN
                    ? firstUses.check(token, live, known)
                    : CompletableFuture.completedStage(byStore(status == SessionStatus.LIVE));
        }));
    }

    /** Whether a session that the store holds began after the cut-off. The read has filled the cache, if there is one. */
    private CompletionStage<Boolean> isLater(String sessionId, NotBefore cutoff) {
        SessionStatus cached = reader.lookup(sessionId, cutoff);
        return cached == SessionStatus.UNKNOWN
                ? store.find(sessionId)
                        .thenApply(found -> found.filter(session -> !cutoff.covers(sessionId, session.createdAt()))
                                .isPresent())
                : CompletableFuture.completedStage(cached == SessionStatus.LIVE);
    }

    private Result answered(TokenSession token, Result answer) {
        Result result = answer;
        if (result == Result.UNVERIFIED
                && (denylist().users().deniesUnlessVerified(token.sessionId(), token.userId(), token.authenticatedAt())
                        || markers().isRememberedToCover(ALL_USERS, token.authenticatedAt()))) {
            result = Result.ENDED_BY_DENYLIST;
        } else if (result == Result.LIVE_BY_STORE) {
            denylist().users().verified(token.userId(), token.sessionId());
        }
        statistics.checks().increment(result);
        return result;
    }

    @Override
    public Result checkWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        try {
            return SessionStore.await(checkWithoutSessionLater(userId, authenticatedAt));
        } catch (SessionStoreUnavailableException interrupted) {
            return unansweredWithoutSession(userId, authenticatedAt);
        }
    }

    @Override
    public CompletionStage<Result> checkWithoutSessionLater(String userId, @Nullable Instant authenticatedAt) {
        CompletableFuture<NotBefore> cutoff = markers().cutoff();
        return markers()
                .readForToken(userId)
                .thenCombine(cutoff, (marker, ofAll) -> {
                    if (marker.equals(NotBefore.CLEARED)) {
                        denylist().cleared(userId);
                    }
                    if (marker.coversToken(authenticatedAt) || ofAll.coversToken(authenticatedAt)) {
                        return Result.ENDED_BY_STORE;
                    }
                    return denylist().users().deniesWithoutSession(userId, authenticatedAt)
                            ? Result.ENDED_BY_DENYLIST
                            : Result.LIVE_BY_STORE;
                })
                .exceptionally(failure -> unansweredWithoutSession(userId, authenticatedAt));
    }

    private Result unansweredWithoutSession(String userId, @Nullable Instant authenticatedAt) {
        if (denylist().users().deniesWithoutSession(userId, authenticatedAt)
                || markers().isRememberedToCover(userId, authenticatedAt)
                || markers().isRememberedToCover(ALL_USERS, authenticatedAt)) {
            return Result.ENDED_BY_DENYLIST;
        }
        statistics.checks().increment(Result.UNVERIFIED);
        return Result.UNVERIFIED;
    }

    @Override
    public CompletionStage<Optional<SessionEndReason>> endReason(TokenSession session) {
        String sessionId = session.sessionId();
        Optional<SessionEndReason> own =
                Optional.ofNullable(denylist().reason(sessionId, session.userId(), session.authenticatedAt()));
        // An announced revocation of all sessions does not say why; the store may.
        if (own.isPresent() && !own.get().equals(SessionEndReason.REVOKED)) {
            return CompletableFuture.completedFuture(own.map(SessionEngine::disclosed));
        }
        return store.endReason(sessionId)
                .exceptionally(unavailable -> Optional.empty())
                .thenApply(found -> found.or(() -> own).map(SessionEngine::disclosed));
    }

    /** Two parties have a copy of a token that was used twice. Neither learns that this was noticed. */
    private static SessionEndReason disclosed(SessionEndReason reason) {
        return reason.equals(SessionEndReason.TOKEN_REUSED) ? SessionEndReason.REVOKED : reason;
    }

    @Override
    public CompletionStage<Optional<String>> findOwner(String sessionId) {
        return store.find(sessionId).thenApply(session -> session.map(UserSession::userId));
    }

    @Override
    public void found(ClaimProblem problem) {
        statistics.claimProblems().increment(problem);
    }

    /** Takes back what the near cache says of a session that this node has just created or revoked. */
    void changed(String sessionId) {
        reader.invalidate(sessionId);
    }

    @Override
    public boolean revoke(TokenSession session) {
        return revoker.revoke(session.sessionId(), session.userId(), SessionEndReason.LOGOUT);
    }

    @Override
    public OutagePolicy outagePolicy() {
        return settings.outagePolicy();
    }

    @Override
    public Mode mode() {
        return settings.mode();
    }
}
