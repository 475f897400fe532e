// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.spi.OutagePolicy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a verified token is accepted. Looks a session up once per {@link RequestSessionState}. Thread-safe.
 * Blocks at most as long as one check. Does not throw during an outage, but returns {@link
 * SessionDecision#UNAVAILABLE}.
 */
public final class SessionTokenEvaluator {

    private final SessionClaims claims;

    private final SessionChecker checker;

    private final RejectionSink rejections;

    private final boolean requireSession;

    private final boolean observes;

    private final UnregisteredSessionWarning warning = new UnregisteredSessionWarning();

    private final ClaimDiagnosis diagnosis;

    SessionTokenEvaluator(
            TrustedIssuers issuers, boolean requireSession, SessionChecker checker, RejectionSink rejections) {
        this.claims = new SessionClaims(issuers);
        this.checker = checker;
        this.rejections = rejections;
        this.requireSession = requireSession;
        this.observes = checker.mode() == Mode.OBSERVE;
        this.diagnosis = new ClaimDiagnosis(checker);
    }

    /** Reads the session information from these claims. */
    public SessionClaim read(Map<String, ?> tokenClaims) {
        return claims.read(tokenClaims);
    }

    /**
     * Whether the issuer of these claims is listed. False if no issuer is.
     */
    public boolean isNamedIssuer(Map<String, ?> tokenClaims) {
        return claims.isNamedIssuer(tokenClaims);
    }

    /**
     * Whether these claims seem to name a session, and no issuer is listed.
     */
    public boolean mayNameASession(Map<String, ?> tokenClaims) {
        return claims.isAnyIssuer() && claims.read(tokenClaims).kind() == SessionClaim.Kind.NAMED;
    }

    /** Whether a token is not acceptable because of its claims, without any lookup. */
    public boolean isUnusable(SessionClaim claim) {
        return switch (claim.kind()) {
            case UNUSABLE, REFRESH_TOKEN -> true;
            case ABSENT -> requireSession;
            case FOREIGN, NAMED -> false;
        };
    }

    /** Whether a token with these claims is accepted all the same: in the mode {@code observe}, unless it is a refresh token. */
    public boolean isObserved(SessionClaim claim) {
        return observes && claim.kind() != SessionClaim.Kind.REFRESH_TOKEN;
    }

    /**
     * Records a request whose token cannot be determined.
     *
     * @return whether the request is rejected
     */
    public boolean rejectsUndetermined() {
        report(Reason.UNUSABLE, observes, null, null);
        return !observes;
    }

    /** Records a request that was rejected because a rule requires a live session, and the check was unverified. */
    public void rejectedUnverified(SessionClaim claim) {
        TokenSession session = Objects.requireNonNull(claim.session());
        report(Reason.UNAVAILABLE, false, session.sessionId(), session.userId());
    }

    /**
     * Looks up, without blocking, what {@link #decide} is about to need. Afterwards {@code decide} does not block.
     *
     * @return {@code null} if that is known now; otherwise a stage that never fails. An event loop of the store's client
     *     may complete it
     */
    public @Nullable CompletionStage<Void> prepare(SessionClaim claim, RequestSessionState state) {
        SessionClaim.User user = claim.user();
        TokenSession session = claim.session();
        if (isUnusable(claim) || state.answer(claim) != null) {
            return null;
        }
        if (session == null) {
            return user == null || user.id() == null
                    ? null
                    : answer(claim, state, checker.checkWithoutSessionLater(user.id(), user.authenticatedAt()));
        }
        if (state.decision(session) != null) {
            return null;
        }
        Result now = checker.checkNow(session);
        if (now != null) {
            state.answered(claim, now);
            return null;
        }
        return answer(claim, state, checker.checkLater(used(session, state)));
    }

    private static @Nullable CompletionStage<Void> answer(
            SessionClaim claim, RequestSessionState state, CompletionStage<Result> answer) {
        CompletableFuture<Result> result = answer.toCompletableFuture();
        if (result.isDone()) {
            state.answered(claim, result.join());
            return null;
        }
        return result.thenAccept(later -> state.answered(claim, later));
    }

    /** Whether {@link #decide} accepts a prepared token, so that it notifies no listener. */
    public boolean isAcceptable(SessionClaim claim, RequestSessionState state) {
        TokenSession session = claim.session();
        SessionDecision known = session == null ? null : state.decision(session);
        if (known != null || isUnusable(claim)) {
            return known != null && known.isAccepted();
        }
        Result answer = state.answer(claim);
        return answer == null ? isPlain(claim) : decision(claim, answer, state).isAccepted();
    }

    /** Whether the session of a prepared token is verified to be live. */
    public boolean isLive(SessionClaim claim, RequestSessionState state) {
        Result answer = state.answer(claim);
        return answer != null && decision(claim, answer, state) == SessionDecision.LIVE;
    }

    /**
     * Decides on a token by the session information of its claims. In the mode {@code observe}, accepts it.
     *
     * @param state the state of the request, or {@code null} outside a request
     */
    public SessionDecision decide(SessionClaim claim, @Nullable RequestSessionState state) {
        SessionDecision decision = verify(claim, state);
        return decision.isAccepted() || !isObserved(claim) ? decision : SessionDecision.UNVERIFIED;
    }

    /** As {@link #decide}, for a rule of the application: the same in every mode. */
    public SessionDecision verify(SessionClaim claim, @Nullable RequestSessionState state) {
        if (isUnusable(claim)) {
            report(Reason.UNUSABLE, isObserved(claim), null, null);
            return SessionDecision.UNUSABLE;
        }
        TokenSession session = claim.session();
        SessionDecision known = session == null || state == null ? null : state.decision(session);
        if (known != null) {
            return known;
        }
        SessionDecision decision = SessionDecision.PLAIN;
        if (isPlain(claim)) {
            diagnosis.sawForeign(claim);
        } else {
            Result check = check(claim, state);
            decision = decision(claim, check, state);
            diagnose(claim, check);
        }
        if (!decision.isAccepted()) {
            report(
                    decision == SessionDecision.ENDED ? Reason.ENDED : Reason.UNAVAILABLE,
                    isObserved(claim),
                    session == null ? null : session.sessionId(),
                    claim.userId());
        }
        if (session != null && state != null) {
            state.remember(session, decision);
        }
        return decision;
    }

    /** Whether there is nothing to check. */
    private static boolean isPlain(SessionClaim claim) {
        return claim.session() == null && claim.userId() == null;
    }

    /** What the answer of a check means for a token. One without a session can be rejected only by a marker of its user. */
    private SessionDecision decision(SessionClaim claim, Result check, @Nullable RequestSessionState state) {
        boolean isNamed = claim.session() != null;
        return switch (check.status()) {
            case LIVE -> isNamed ? SessionDecision.LIVE : SessionDecision.PLAIN;
            case ENDED -> SessionDecision.ENDED;
            case UNKNOWN -> {
                boolean passes = checker.outagePolicy() == OutagePolicy.PLAIN_JWT
                        || (state != null && state.isAcceptingUnverified());
                SessionDecision unverified = isNamed ? SessionDecision.UNVERIFIED : SessionDecision.PLAIN;
                yield passes ? unverified : SessionDecision.UNAVAILABLE;
            }
        };
    }

    private void diagnose(SessionClaim claim, Result check) {
        TokenSession session = claim.session();
        if (session == null) {
            return;
        }
        if (check.status() == SessionStatus.LIVE) {
            warning.sawLive(claim.issuer());
            diagnosis.sawLive(session);
        } else if (check.status() == SessionStatus.ENDED
                && check != Result.ENDED_BY_DENYLIST
                && !observes
                && session.firstUse() == null) {
            warning.sawEnded(claim.issuer(), session.sessionId());
        }
    }

    /** Why the session has ended that made this request's token invalid. Blocks as one check does, and never throws. */
    public @Nullable SessionEndReason endReason(RequestSessionState state) {
        TokenSession session = state.endedSession();
        return session == null ? null : endReason(session);
    }

    @Nullable
    SessionEndReason endReason(TokenSession session) {
        return checker.endReason(session).toCompletableFuture().join().orElse(null);
    }

    private void report(Reason reason, boolean observed, @Nullable String sessionId, @Nullable String userId) {
        if (observed) {
            rejections.observed(reason, sessionId, userId);
        } else {
            rejections.rejected(reason, sessionId, userId);
        }
    }

    private Result check(SessionClaim claim, @Nullable RequestSessionState state) {
        Result prepared = state == null ? null : state.answer(claim);
        if (prepared != null) {
            return prepared;
        }
        TokenSession session = claim.session();
        if (session == null) {
            SessionClaim.User user = Objects.requireNonNull(claim.user());
            return checker.checkWithoutSession(Objects.requireNonNull(user.id()), user.authenticatedAt());
        }
        Result now = session.firstUse() == null ? null : checker.checkNow(session);
        return now != null ? now : checker.check(used(session, state));
    }

    /** Only a session that may be recorded needs the metadata of the request. */
    private static TokenSession used(TokenSession session, @Nullable RequestSessionState state) {
        return session.firstUse() == null || state == null ? session : session.from(state.client());
    }
}
