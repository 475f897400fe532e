package dev.sessiontracking.security.servlet;

import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionTokenEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;

/**
 * Finds the JWTs by which a request was authenticated. Two sources count: a {@link Jwt} that the authentication carries,
 * and the very string that this chain's own authentication was given and has verified. The request itself is never
 * searched: it may hold other tokens, and a live one must not stand in for a revoked one.
 */
final class TokenFinder {

    private static final Log LOG = LogFactory.getLog(TokenFinder.class);

    private final SessionTokenEvaluator judge;

    TokenFinder(SessionTokenEvaluator judge) {
        this.judge = judge;
    }

    /**
     * What was found.
     *
     * @param claims what each token says of its session; none when no token is ours to judge
     * @param undetermined whether the chain's bearer filter authenticated a token that cannot be found
     */
    record Found(List<SessionClaim> claims, boolean undetermined) {}

    Found find(ChainPassage passage, @Nullable Authentication current) {
        Search search = new Search(passage.presented());
        search.carriedBy(current);
        Authentication byChain = passage.authenticatedByChain();
        if (byChain != current) {
            search.carriedBy(byChain);
        }
        for (String token : passage.presented()) {
            search.presented(token, passage);
        }
        boolean lost = byChain != null && !search.found && passage.presented().isEmpty();
        return new Found(search.claims, lost || search.undetermined);
    }

    /** The JWTs that an authentication carries, wherever it came from. */
    Found findCarried(@Nullable Authentication authentication) {
        Search search = new Search(List.of());
        search.carriedBy(authentication);
        return new Found(search.claims, false);
    }

    private final class Search {

        private final List<String> presented;

        private final List<SessionClaim> claims = new ArrayList<>(2);

        // Lists: there is hardly ever more than one, and the hash of a token costs more than a comparison.
        private final List<String> covered = new ArrayList<>(1);

        private final List<String> introspected = new ArrayList<>(0);

        private @Nullable Jwt last;

        private boolean found;

        private boolean undetermined;

        Search(List<String> presented) {
            this.presented = presented;
        }

        void carriedBy(@Nullable Authentication authentication) {
            if (authentication == null) {
                return;
            }
            if (authentication instanceof AbstractOAuth2TokenAuthenticationToken<?> token) {
                carried(token.getToken());
                if (!(token.getToken() instanceof Jwt)) {
                    byText(token);
                }
            }
            carried(authentication.getPrincipal());
            carried(authentication.getCredentials());
            carried(authentication.getDetails());
        }

        @SuppressWarnings("ReferenceEquality") // the same token is usually principal and credentials, too
        private void carried(@Nullable Object candidate) {
            if (candidate instanceof Jwt jwt && jwt != last) {
                last = jwt;
                found = true;
                covered.add(jwt.getTokenValue());
                SessionClaim claim = judge.read(jwt.getClaims());
                if (!claims.contains(claim)) {
                    claims.add(claim);
                }
            }
        }

        /** An access token given as text: opaque if it was introspected or is no JWT. */
        private void byText(AbstractOAuth2TokenAuthenticationToken<?> token) {
            String value = token.getToken().getTokenValue();
            found = true;
            if (token.getPrincipal() instanceof OAuth2IntrospectionAuthenticatedPrincipal) {
                introspected.add(value);
                return;
            }
            if (presented.contains(value)) {
                return;
            }
            JWT jwt = TokenText.parse(value);
            if (jwt instanceof EncryptedJWT) {
                claims.add(judge.read(token.getTokenAttributes()));
            } else if (jwt != null) {
                Map<String, Object> verified = TokenText.claims(jwt);
                claims.add(judge.read(verified == null ? token.getTokenAttributes() : verified));
            }
        }

        void presented(String token, ChainPassage passage) {
            if (covered.contains(token)) {
                return;
            }
            SessionClaim known = passage.exchange().verifiedClaim(token);
            if (known != null) {
                claims.add(known);
            } else if (passage.chain().isVerifyingJwts()) {
                presentedAsJwt(token);
            } else {
                presentedAsOpaque(token, passage.chain());
            }
        }

        private void presentedAsJwt(String token) {
            JWT jwt = TokenText.parse(token);
            if (jwt == null && introspected.contains(token)) {
                return;
            }
            Map<String, Object> verified = jwt == null ? null : TokenText.claims(jwt);
            if (verified == null) {
                undetermined = true;
            } else {
                claims.add(judge.read(verified));
            }
        }

        /**
         * It was accepted, and nobody says that it is a JWT. What an authorization server issues may well be one, with
         * a session id of its own: it is ours only if its issuer was named as ours.
         */
        private void presentedAsOpaque(String token, ChainAuthentication chain) {
            Map<String, Object> accepted = TokenText.claims(token);
            if (accepted == null) {
                return;
            }
            if (judge.isNamedIssuer(accepted)) {
                claims.add(judge.read(accepted));
            } else if (judge.mayNameASession(accepted) && chain.reportUnjudgedToken()) {
                LOG.warn("A JWT that names a session was accepted as an opaque token, and its session is not checked:"
                        + " whose sessions are this application's is not known. If the token's issuer is yours, name it"
                        + " in session.tracking.jwt.issuers, and its sessions are checked here, too; if not, name those"
                        + " that are. This is logged once for each filter chain.");
            }
        }
    }
}
