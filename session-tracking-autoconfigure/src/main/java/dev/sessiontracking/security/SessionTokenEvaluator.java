// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.RequestRejected.Reason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.OutagePolicy;
import java.util.Map;
import java.util.Objects;
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

    private final UnregisteredSessionWarning warning = new UnregisteredSessionWarning();

    private final ClaimDiagnosis diagnosis;

    SessionTokenEvaluator(JwtProperties properties, SessionChecker checker) {
        this(properties, checker, RejectionSink.NONE);
    }

    SessionTokenEvaluator(JwtProperties properties, SessionChecker checker, RejectionSink rejections) {
        this.claims = new SessionClaims(properties);
        this.checker = checker;
        this.rejections = rejections;
        this.requireSession = properties.requireSession();
        this.diagnosis = new ClaimDiagnosis(checker, System::nanoTime);
    }

    /** Reads the session information from these claims. */
    public SessionClaim read(Map<String, ?> tokenClaims) {
        return claims.read(tokenClaims);
    }

    /**
     * Whether {@code session.tracking.jwt.issuers} contains the issuer of these claims. False if the property is empty.
     */
    public boolean isNamedIssuer(Map<String, ?> tokenClaims) {
        return claims.isNamedIssuer(tokenClaims);
    }

    /**
     * Whether these claims seem to name a session, and {@code session.tracking.jwt.issuers} is empty.
     */
    public boolean mayNameASession(Map<String, ?> tokenClaims) {
        return claims.isAnyIssuer() && claims.read(tokenClaims).kind() == SessionClaim.Kind.NAMED;
    }

    /** Whether a token is rejected because of its claims, without any lookup. */
    public boolean isUnusable(SessionClaim claim) {
        return switch (claim.kind()) {
            case UNUSABLE -> true;
            case ABSENT -> requireSession;
            case FOREIGN, NAMED -> false;
        };
    }

    /** Records a request that was rejected because its token cannot be determined. */
    public void rejectedUndetermined() {
        rejections.rejected(Reason.UNUSABLE, null, null);
    }

    /** Records a request that was rejected because a rule requires a live session, and the check was unverified. */
    public void rejectedUnverified(SessionClaim claim) {
        TokenSession session = Objects.requireNonNull(claim.session());
        rejections.rejected(Reason.UNAVAILABLE, session.sessionId(), session.userId());
    }

    /**
     * Decides on a token by the session information of its claims.
     *
     * @param state the state of the request, or {@code null} outside a request
     */
    public SessionDecision decide(SessionClaim claim, @Nullable RequestSessionState state) {
        if (isUnusable(claim)) {
            rejections.rejected(Reason.UNUSABLE, null, null);
            return SessionDecision.UNUSABLE;
        }
        if (claim.kind() != SessionClaim.Kind.NAMED) {
            diagnosis.sawForeign(claim);
            return decideWithoutSession(claim.user(), state);
        }
        TokenSession session = Objects.requireNonNull(claim.session());
        SessionDecision known = state == null ? null : state.decision(session);
        if (known != null) {
            return known;
        }
        SessionDecision decision = lookUp(session, claim.issuer(), state);
        if (!decision.isAccepted()) {
            rejections.rejected(
                    decision == SessionDecision.ENDED ? Reason.ENDED : Reason.UNAVAILABLE,
                    session.sessionId(),
                    session.userId());
        }
        if (state != null) {
            state.remember(session, decision);
        }
        return decision;
    }

    /** A token without a session can be rejected only by a not-before marker of its user. */
    private SessionDecision decideWithoutSession(
            SessionClaim.@Nullable User user, @Nullable RequestSessionState state) {
        if (user == null || user.id() == null) {
            return SessionDecision.PLAIN;
        }
        Result check = checker.checkWithoutSession(user.id(), user.authenticatedAt());
        if (check.status() == SessionStatus.LIVE
                || (check.status() == SessionStatus.UNKNOWN && mayPassUnverified(state))) {
            return SessionDecision.PLAIN;
        }
        boolean ended = check.status() == SessionStatus.ENDED;
        rejections.rejected(ended ? Reason.ENDED : Reason.UNAVAILABLE, null, user.id());
        return ended ? SessionDecision.ENDED : SessionDecision.UNAVAILABLE;
    }

    private boolean mayPassUnverified(@Nullable RequestSessionState state) {
        return checker.outagePolicy() == OutagePolicy.PLAIN_JWT || (state != null && state.isAcceptingUnverified());
    }

    private SessionDecision lookUp(TokenSession session, @Nullable String issuer, @Nullable RequestSessionState state) {
        Result check = checker.check(session);
        return switch (check.status()) {
            case LIVE -> {
                warning.sawLive(issuer);
                diagnosis.sawLive(session);
                yield SessionDecision.LIVE;
            }
            case ENDED -> {
                if (check.source() != Result.Source.DENYLIST) {
                    warning.sawEnded(issuer, session.sessionId());
                }
                yield SessionDecision.ENDED;
            }
            case UNKNOWN -> mayPassUnverified(state) ? SessionDecision.UNVERIFIED : SessionDecision.UNAVAILABLE;
        };
    }
}
