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
 * Decides whether a verified token may pass. Within one {@link RequestSessionState} a session is looked up once. Thread-safe;
 * blocks no longer than one check does, and never throws for an outage: that is {@link SessionDecision#UNAVAILABLE}.
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

    /** What these claims say of the token's session. */
    public SessionClaim read(Map<String, ?> tokenClaims) {
        return claims.read(tokenClaims);
    }

    /**
     * Whether the application has named the issuer of these claims as its own: {@code session.tracking.jwt.issuers}. That
     * any issuer may be meant is not enough.
     */
    public boolean isNamedIssuer(Map<String, ?> tokenClaims) {
        return claims.isNamedIssuer(tokenClaims);
    }

    /**
     * Whether these claims seem to name a session, and the application has not said whose sessions are its own.
     */
    public boolean mayNameASession(Map<String, ?> tokenClaims) {
        return claims.isAnyIssuer() && claims.read(tokenClaims).kind() == SessionClaim.Kind.NAMED;
    }

    /** Whether a token is to be refused for what it says of its session, whoever is asked. */
    public boolean isUnusable(SessionClaim claim) {
        return switch (claim.kind()) {
            case UNUSABLE -> true;
            case ABSENT -> requireSession;
            case FOREIGN, NAMED -> false;
        };
    }

    /** Notes a request that was rejected because its token cannot be determined. */
    public void rejectedUndetermined() {
        rejections.rejected(Reason.UNUSABLE, null, null);
    }

    /** Notes a request that was rejected because a rule requires a live session, and the check was unverified. */
    public void rejectedUnverified(SessionClaim claim) {
        TokenSession session = Objects.requireNonNull(claim.session());
        rejections.rejected(Reason.UNAVAILABLE, session.sessionId(), session.userId());
    }

    /**
     * Decides on a token by what it says of its session.
     *
     * @param state what is known already, if this is part of a request
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

    /** A token that names no session can be rejected only together with everything of its user from before a time. */
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
