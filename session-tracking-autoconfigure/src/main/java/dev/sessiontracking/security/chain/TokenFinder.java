// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import dev.sessiontracking.security.RequestSessionState;
import dev.sessiontracking.security.SessionClaim;
import dev.sessiontracking.security.SessionTokenEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

/**
 * Finds the sessions of an authentication, in this order: from the {@code Jwt} in the authentication and all tokens
 * that our validator or the application has verified for it; from the text of the token that the chain's authentication
 * received; from the stored context, or the authentication that this one replaces. Thread-safe.
 */
record TokenFinder<R>(SessionTokenEvaluator evaluator, RequestReader<R> reader) {

    static final int MAX_SWITCHES = 4;

    /**
     * The result.
     *
     * @param claims the claims of the tokens, without duplicates
     * @param carried whether the authentication itself contains this information, wherever it is stored
     * @param undetermined whether a token authenticated the request, but cannot be determined
     */
    record Found(List<SessionClaim> claims, boolean carried, boolean undetermined) {}

    /** Finds the sessions of an authentication that was not examined yet. */
    Found find(
            RequestSessionState state,
            Authentication authentication,
            RequestSessions.Origin origin,
            ChainTraits chain,
            R request) {
        Search search = new Search(state, chain);
        search.carriedBy(authentication, 0);
        boolean carried = search.jwt;
        state.verifiedClaims(evaluator).forEach(search::add);
        if (search.jwt || !search.claims.isEmpty()) {
            List<SessionClaim> known = state.claims(authentication);
            if (known != null) {
                known.forEach(search::add);
            }
            return new Found(search.claims, carried && search.claims.size() == search.carriedClaims, false);
        }
        search.hidden(authentication, origin, request);
        return new Found(search.claims, false, search.undetermined);
    }

    /** The JWTs in an authentication. */
    List<SessionClaim> carriedBy(@Nullable Authentication authentication) {
        Search search = new Search(new RequestSessionState(), ChainTraits.UNKNOWN);
        search.carriedBy(authentication, 0);
        return search.claims;
    }

    /** The authentication of the user who has switched to this one. */
    static @Nullable Authentication switchedFrom(Authentication authentication) {
        // Some implementations return null.
        for (GrantedAuthority authority :
                Objects.requireNonNullElse(authentication.getAuthorities(), List.<GrantedAuthority>of())) {
            if (authority instanceof SwitchUserGrantedAuthority switched) {
                return switched.getSource();
            }
        }
        return null;
    }

    private final class Search {

        private final RequestSessionState state;

        private final ChainTraits chain;

        private final List<SessionClaim> claims = new ArrayList<>(2);

        private final List<String> introspected = new ArrayList<>(0);

        private int carriedClaims;

        private boolean jwt;

        private boolean opaque;

        private boolean undetermined;

        Search(RequestSessionState state, ChainTraits chain) {
            this.state = state;
            this.chain = chain;
        }

        void add(SessionClaim claim) {
            if (!claims.contains(claim)) {
                claims.add(claim);
            }
        }

        void carriedBy(@Nullable Authentication authentication, int switches) {
            if (authentication == null || switches > MAX_SWITCHES) {
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
            carriedBy(switchedFrom(authentication), switches + 1);
        }

        private void carried(@Nullable Object candidate) {
            if (candidate instanceof Jwt token) {
                jwt = true;
                add(evaluator.read(token.getClaims()));
                carriedClaims = claims.size();
            }
        }

        /** An access token as text: opaque if it was introspected or is no JWT. */
        private void byText(AbstractOAuth2TokenAuthenticationToken<?> token) {
            String value = token.getToken().getTokenValue();
            opaque = true;
            if (token.getPrincipal() instanceof OAuth2IntrospectionAuthenticatedPrincipal) {
                introspected.add(value);
                return;
            }
            if (state.presented().contains(value)) {
                return;
            }
            JWT parsed = TokenText.parse(value);
            if (parsed != null) {
                Map<String, Object> signed =
                        parsed instanceof EncryptedJWT ? token.getTokenAttributes() : TokenText.claims(parsed);
                add(evaluator.read(signed == null ? token.getTokenAttributes() : signed));
            }
        }

        void hidden(Authentication authentication, RequestSessions.Origin origin, R request) {
            if (origin == RequestSessions.Origin.STORED) {
                reader.storedSessions(request, authentication).forEach(this::add);
            } else if (origin == RequestSessions.Origin.OTHER_FILTER) {
                state.lastClaims().forEach(this::add);
            } else if (!state.presented().isEmpty()) {
                opaque |= authentication.getPrincipal() instanceof OAuth2IntrospectionAuthenticatedPrincipal;
                state.presented().forEach(this::presented);
            } else if (opaque) {
                introspected.forEach(this::presentedAsOpaque);
            } else if (!state.hasOtherCredentials()) {
                // The authentication manager of the application received something that was not recorded.
                undetermined = !reader.tokens(request).isEmpty();
            }
        }

        private void presented(String token) {
            if (chain.hasVerifiedAsJwt(token, opaque)) {
                presentedAsJwt(token);
            } else {
                presentedAsOpaque(token);
            }
        }

        private void presentedAsJwt(String token) {
            JWT parsed = TokenText.parse(token);
            if (parsed == null && introspected.contains(token)) {
                return;
            }
            Map<String, Object> verified = parsed == null ? null : TokenText.claims(parsed);
            if (verified == null) {
                undetermined = true;
            } else {
                add(evaluator.read(verified));
            }
        }

        /**
         * Introspection does not reveal the kind of token. Only a JWT of a listed issuer certainly names a session of
         * this application, because an authorization server has its own sessions.
         */
        private void presentedAsOpaque(String token) {
            Map<String, Object> accepted = TokenText.claims(token);
            if (accepted == null) {
                return;
            }
            if (evaluator.isNamedIssuer(accepted)) {
                add(evaluator.read(accepted));
            } else if (evaluator.mayNameASession(accepted)) {
                chain.warnOfUncheckedOpaqueToken();
            }
        }
    }
}
