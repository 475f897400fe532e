// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionClaim.SessionDecision;
import dev.sessiontracking.security.SessionTokenEvaluator;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/**
 * Finds and checks the sessions of a request's authentication. Thread-safe.
 *
 * @param <R> the type of the requests
 */
public final class RequestSessions<R> {

    private final SessionTokenEvaluator evaluator;

    private final RequestReader<R> reader;

    private final TokenFinder<R> finder;

    /** Sessions of requests that this reader can read. */
    public RequestSessions(SessionTokenEvaluator evaluator, RequestReader<R> reader) {
        this.evaluator = evaluator;
        this.reader = reader;
        this.finder = new TokenFinder<>(evaluator, reader);
    }

    /** The origin of an authentication. */
    public enum Origin {
        /** The bearer or DPoP filter of Spring Security. */
        TOKEN_FILTER,
        /** Another filter. */
        OTHER_FILTER,
        /** It existed before the filters of the chain ran. */
        STORED
    }

    /**
     * Finds the sessions of an authentication and records them. Checks nothing.
     *
     * @return false if a token authenticated the request, but cannot be determined
     */
    public boolean examine(
            RequestSessionState state, Authentication authentication, Origin origin, ChainTraits chain, R request) {
        SessionClaim plain = plain(state, authentication);
        if (plain != null) {
            state.examined(authentication, List.of(plain), true);
            return true;
        }
        TokenFinder.Found found = finder.find(state, authentication, origin, chain, request);
        if (found.undetermined()) {
            chain.warnOfUndeterminedToken(authentication);
            state.examined(authentication, List.of(), false);
            return false;
        }
        state.examined(authentication, found.claims(), found.carried());
        if (origin == Origin.OTHER_FILTER && found.claims().isEmpty() && !found.carried()) {
            chain.diagnoseHiddenToken(evaluator, authentication, reader, request);
        }
        return true;
    }

    /**
     * Records a request whose token cannot be determined.
     *
     * @return whether the request is rejected
     */
    public boolean rejectsUndetermined() {
        return evaluator.rejectsUndetermined();
    }

    /** The usual case: the authentication that Spring Security creates from one JWT. */
    @SuppressWarnings("ReferenceEquality")
    private @Nullable SessionClaim plain(RequestSessionState state, Authentication authentication) {
        if (authentication.getClass() != JwtAuthenticationToken.class) {
            return null;
        }
        Jwt jwt = ((JwtAuthenticationToken) authentication).getToken();
        String text = jwt.getTokenValue();
        if (state.hasNotedOthers(text)
                || authentication.getDetails() instanceof Jwt
                || (authentication.getCredentials() != jwt && authentication.getCredentials() instanceof Jwt)
                || (authentication.getPrincipal() instanceof Jwt principal && principal.getTokenValue() != text)) {
            return null;
        }
        SessionClaim verified = state.verifiedClaim(text);
        return verified != null ? verified : evaluator.read(jwt.getClaims());
    }

    /**
     * Looks up, without blocking, what the decision on these sessions needs. See {@link SessionTokenEvaluator#prepare}.
     *
     * @return {@code null} if that is known now
     */
    public @Nullable CompletionStage<Void> prepare(RequestSessionState state, List<SessionClaim> claims) {
        CompletionStage<Void> all = null;
        for (int i = 0; i < claims.size(); i++) {
            SessionClaim claim = claims.get(i);
            if (all == null) {
                all = evaluator.prepare(claim, state);
            } else {
                // One after the other: the state belongs to one thread at a time.
                all = all.thenCompose(done -> {
                    CompletionStage<Void> next = evaluator.prepare(claim, state);
                    return next == null ? CompletableFuture.completedFuture(null) : next;
                });
            }
        }
        return all;
    }

    /** Whether the decision on these prepared sessions accepts the request, so that it notifies no listener. */
    public boolean isAcceptable(RequestSessionState state, List<SessionClaim> claims) {
        boolean acceptable = true;
        for (int i = 0; acceptable && i < claims.size(); i++) {
            acceptable = evaluator.isAcceptable(claims.get(i), state);
        }
        return acceptable;
    }

    /** Whether these prepared sessions are verified to be live. */
    public boolean isLive(RequestSessionState state, List<SessionClaim> claims) {
        return claims.stream().allMatch(claim -> evaluator.isLive(claim, state));
    }

    /** The decision on the sessions of the examined authentication. A rejected token outweighs an unverified one. */
    public SessionDecision decide(RequestSessionState state) {
        SessionDecision worst = SessionDecision.PLAIN;
        List<SessionClaim> claims = state.lastClaims();
        for (int i = 0; i < claims.size(); i++) {
            SessionDecision decision = evaluator.decide(claims.get(i), state);
            if (decision == SessionDecision.ENDED || decision == SessionDecision.UNUSABLE) {
                return decision;
            }
            if (worst != SessionDecision.UNAVAILABLE) {
                worst = decision;
            }
        }
        return worst;
    }

    /** Why the session has ended that the decision is based on. */
    public @Nullable SessionEndReason endReason(RequestSessionState state) {
        return evaluator.endReason(state);
    }

    /**
     * {@link SessionDecision#LIVE} only if an accepted authentication names a session, and all its sessions are
     * verified to be live. The caller rejects every other result.
     */
    SessionDecision decideVerified(RequestSessionState state, @Nullable Authentication authentication) {
        SessionDecision verified = SessionDecision.PLAIN;
        for (SessionClaim claim : claims(state, authentication)) {
            verified = evaluator.verify(claim, state);
            if (verified == SessionDecision.UNVERIFIED) {
                evaluator.rejectedUnverified(claim);
            }
            if (verified != SessionDecision.LIVE) {
                return verified;
            }
        }
        return verified;
    }

    /**
     * The rule that a request needs a live session.
     *
     * @throws SessionStoreUnavailableException if the check is not possible
     */
    public AuthorizationDecision requireLive(RequestSessionState state, @Nullable Authentication authentication) {
        SessionDecision decision = decideVerified(state, authentication);
        if (decision == SessionDecision.UNVERIFIED || decision == SessionDecision.UNAVAILABLE) {
            throw SessionTrackingJwtValidator.unavailable();
        }
        return new AuthorizationDecision(decision == SessionDecision.LIVE);
    }

    /**
     * Revokes all sessions of a token.
     *
     * @return whether there is one
     * @throws SessionStoreUnavailableException if the store did not confirm a revocation and the policy is {@code reject}
     */
    public static boolean revoke(SessionChecker checker, List<SessionClaim> claims) {
        boolean any = false;
        SessionStoreUnavailableException unconfirmed = null;
        for (SessionClaim claim : claims) {
            TokenSession session = claim.session();
            if (session != null) {
                any = true;
                try {
                    checker.revoke(session);
                } catch (SessionStoreUnavailableException noAnswer) {
                    unconfirmed = noAnswer;
                }
            }
        }
        if (unconfirmed != null) {
            throw unconfirmed;
        }
        return any;
    }

    /** The sessions of an authentication, if this request or the authentication itself contains them. */
    public List<SessionClaim> claims(RequestSessionState state, @Nullable Authentication authentication) {
        List<SessionClaim> examined = state.claims(authentication);
        return examined != null ? examined : finder.carriedBy(authentication);
    }

    /** Whether a token is rejected because of its claims, without any lookup. */
    public boolean isUnusable(SessionClaim claim) {
        return evaluator.isUnusable(claim) && !evaluator.isObserved(claim);
    }
}
