// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.JwtRequestPostProcessor;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;

/** Requests with MockMvc whose token belongs to a session. */
public final class SessionMockMvcRequestPostProcessors {

    private SessionMockMvcRequestPostProcessors() {}

    /**
     * A device on which the user is logged in. The session begins with the first request, and further requests with the same
     * object belong to the same session. The requests are authenticated as by {@link
     * SecurityMockMvcRequestPostProcessors#jwt()}: no decoder and no signature is involved.
     */
    public static SessionRequestPostProcessor session(String userId) {
        return new SessionRequestPostProcessor(new TestTokens(userId), false, jwt -> {}, null);
    }

    /** Authenticates a request with a token of one session. Immutable: each method returns another one, for that session. */
    public static final class SessionRequestPostProcessor implements RequestPostProcessor {

        private final TestTokens tokens;

        private final boolean revoked;

        private final Consumer<Jwt.Builder> claims;

        private final GrantedAuthority @Nullable [] authorities;

        private SessionRequestPostProcessor(
                TestTokens tokens,
                boolean revoked,
                Consumer<Jwt.Builder> claims,
                GrantedAuthority @Nullable [] authorities) {
            this.tokens = tokens;
            this.revoked = revoked;
            this.claims = claims;
            this.authorities = authorities;
        }

        /** The session is revoked before the request. */
        public SessionRequestPostProcessor revoked() {
            return new SessionRequestPostProcessor(tokens, true, claims, authorities);
        }

        /** The token has further claims. */
        public SessionRequestPostProcessor jwt(Consumer<Jwt.Builder> further) {
            return new SessionRequestPostProcessor(tokens, revoked, claims.andThen(further), authorities);
        }

        /** The user has these authorities, instead of those of the token's scopes. */
        public SessionRequestPostProcessor authorities(GrantedAuthority... authorities) {
            return new SessionRequestPostProcessor(tokens, revoked, claims, authorities.clone());
        }

        @Override
        public MockHttpServletRequest postProcessRequest(MockHttpServletRequest request) {
            WebApplicationContext application =
                    WebApplicationContextUtils.getRequiredWebApplicationContext(request.getServletContext());
            JwtRequestPostProcessor token = SecurityMockMvcRequestPostProcessors.jwt()
                    .jwt(tokens.claims(application).andThen(claims));
            if (revoked) {
                tokens.revoke(application);
            }
            return (authorities == null ? token : token.authorities(authorities)).postProcessRequest(request);
        }
    }
}
