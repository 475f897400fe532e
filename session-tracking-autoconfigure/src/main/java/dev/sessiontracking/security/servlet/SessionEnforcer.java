package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionDecision;
import dev.sessiontracking.security.SessionTokenEvaluator;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;

/** Judges a request by the tokens that authenticated it. Thread-safe. */
final class SessionEnforcer {

    private static final Log LOG = LogFactory.getLog(SessionEnforcer.class);

    private static final String BEARER = "Bearer ";

    private final SessionTokenEvaluator judge;

    private final TokenFinder finder;

    SessionEnforcer(SessionTokenEvaluator judge) {
        this.judge = judge;
        this.finder = new TokenFinder(judge);
    }

    /** What the request may do as far as its sessions are concerned. A token is judged once in a request. */
    SessionDecision judge(ChainPassage passage, @Nullable Authentication authentication) {
        RequestSessionState exchange = passage.exchange();
        if (authentication == null && passage.authenticatedByChain() == null) {
            return SessionDecision.PLAIN;
        }
        if (!passage.hasUnexamined() && exchange.acceptedClaims(authentication) != null) {
            return SessionDecision.PLAIN;
        }
        TokenFinder.Found found = finder.find(passage, authentication);
        if (found.undetermined()) {
            reportHiddenToken(passage);
            judge.refusedHidden();
            return SessionDecision.UNUSABLE;
        }
        SessionDecision verdict = judge(found, exchange);
        if (verdict.isAccepted() && authentication != null) {
            passage.examinedPresented();
            exchange.accept(authentication, found.claims());
        }
        return verdict;
    }

    /**
     * What is proven of the sessions of an authentication that the chain has accepted: {@link SessionDecision#LIVE} only when
     * it names one, and each is proven to live. Whoever asks refuses everything else.
     */
    SessionDecision judgeProven(@Nullable RequestSessionState exchange, @Nullable Authentication authentication) {
        List<SessionClaim> accepted = exchange == null ? null : exchange.acceptedClaims(authentication);
        List<SessionClaim> claims =
                accepted != null ? accepted : finder.findCarried(authentication).claims();
        SessionDecision proven = SessionDecision.PLAIN;
        for (SessionClaim claim : claims) {
            proven = judge.judge(claim, exchange);
            if (proven == SessionDecision.UNPROVEN) {
                judge.refusedUnproven(claim);
            }
            if (proven != SessionDecision.LIVE) {
                return proven;
            }
        }
        return proven;
    }

    /** One token that is known to be bad outweighs one of which nothing is known. */
    private SessionDecision judge(TokenFinder.Found found, RequestSessionState exchange) {
        SessionDecision worst = SessionDecision.PLAIN;
        for (SessionClaim claim : found.claims()) {
            SessionDecision verdict = judge.judge(claim, exchange);
            if (verdict == SessionDecision.ENDED || verdict == SessionDecision.UNUSABLE) {
                return verdict;
            }
            if (worst != SessionDecision.UNAVAILABLE) {
                worst = verdict;
            }
        }
        return worst;
    }

    /**
     * The tokens of which a session is to be ended. Nothing is looked up. What a filter of the application's own hides
     * is known if it was decoded with our validator, in this request.
     */
    TokenFinder.Found findToEnd(
            ChainPassage passage, @Nullable Authentication authentication, HttpServletRequest request) {
        TokenFinder.Found found = finder.find(passage, authentication);
        if (found.undetermined()) {
            reportHiddenToken(passage);
        } else if (authentication != null
                && found.claims().isEmpty()
                && passage.chain().hasOnlyOwnFilters()) {
            String token = bearerToken(request);
            SessionClaim decoded = token == null ? null : passage.exchange().verifiedClaim(token);
            return decoded == null ? found : new TokenFinder.Found(List.of(decoded), false);
        }
        return found;
    }

    TokenFinder.Found findCarried(@Nullable Authentication authentication) {
        return finder.findCarried(authentication);
    }

    /** Whether this is the text of a JWT whose issuer the application has named as its own. Verifies nothing. */
    boolean isOursByText(String token) {
        Map<String, Object> claims = TokenText.claims(token);
        return claims != null && judge.isNamedIssuer(claims);
    }

    boolean isUnusable(SessionClaim claim) {
        return judge.isUnusable(claim);
    }

    /**
     * Says once that a filter of the application's own hides the tokens that it accepts. They are not refused: which of a
     * request's tokens it went by is not known.
     */
    void tellOfHiddenToken(ChainPassage passage, @Nullable Authentication authentication, HttpServletRequest request) {
        if (authentication == null
                || !passage.chain().hasOnlyOwnFilters()
                || authentication instanceof AnonymousAuthenticationToken) {
            return;
        }
        List<SessionClaim> accepted = passage.exchange().acceptedClaims(authentication);
        String token = bearerToken(request);
        if (token == null
                || (accepted != null && !accepted.isEmpty())
                || passage.exchange().verifiedClaim(token) != null) {
            return;
        }
        Map<String, Object> claims = TokenText.claims(token);
        if (claims != null
                && judge.read(claims).kind() == SessionClaim.Kind.NAMED
                && passage.chain().reportHiddenToken()) {
            LOG.warn(
                    "A request with a JWT that names a session was accepted by a filter of the application's own, and its"
                            + " session is not checked: the "
                            + authentication.getClass().getName() + " does not carry the Jwt."
                            + " Let it carry the Jwt as its principal, credentials or details, or let the filter decode with"
                            + " Spring Boot's JwtDecoder or a SessionTrackingJwtDecoder. This is logged once for each filter"
                            + " chain.");
        }
    }

    private static @Nullable String bearerToken(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length())
                : null;
    }

    private static void reportHiddenToken(ChainPassage passage) {
        Authentication authentication = passage.authenticatedByChain();
        if (passage.chain().reportHiddenToken()) {
            LOG.warn("A request was refused because its token cannot be determined: the application made "
                    + (authentication == null
                            ? "an authentication"
                            : "a " + authentication.getClass().getName())
                    + " of a bearer token, and it does not carry the Jwt. Let the Authentication carry the Jwt as its"
                    + " principal, credentials or details, or return a BearerTokenAuthentication if tokens are opaque."
                    + " This is logged once for each filter chain.");
        }
    }
}
