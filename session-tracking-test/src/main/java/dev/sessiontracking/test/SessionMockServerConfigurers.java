// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;
import org.springframework.security.web.server.csrf.CsrfWebFilter;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClientConfigurer;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Requests with a WebTestClient that is bound to a WebFlux application, whose token belongs to a session. */
public final class SessionMockServerConfigurers {

    private SessionMockServerConfigurers() {}

    /**
     * A device on which the user is logged in, as {@link SessionMockMvcRequestPostProcessors#session(String)} for MockMvc.
     * Use it with {@link WebTestClient#mutateWith}. No decoder and no signature is involved.
     */
    public static SessionConfigurer mockSession(String userId) {
        return new SessionConfigurer(new TestTokens(userId), false, jwt -> {}, null);
    }

    /** Authenticates requests with a token of one session. Immutable: each method returns another one, for that session. */
    public static final class SessionConfigurer implements WebTestClientConfigurer {

        private final TestTokens tokens;

        private final boolean revoked;

        private final Consumer<Jwt.Builder> claims;

        private final GrantedAuthority @Nullable [] authorities;

        private SessionConfigurer(
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
        public SessionConfigurer revoked() {
            return new SessionConfigurer(tokens, true, claims, authorities);
        }

        /** The token has further claims. */
        public SessionConfigurer jwt(Consumer<Jwt.Builder> further) {
            return new SessionConfigurer(tokens, revoked, claims.andThen(further), authorities);
        }

        /** The user has these authorities, instead of those of the token's scopes. */
        public SessionConfigurer authorities(GrantedAuthority... authorities) {
            return new SessionConfigurer(tokens, revoked, claims, authorities.clone());
        }

        @Override
        public void afterConfigurerAdded(
                WebTestClient.Builder builder,
                @Nullable WebHttpHandlerBuilder handlers,
                @Nullable ClientHttpConnector connector) {
            if (handlers == null) {
                throw new IllegalStateException(
                        "mockSession(...) needs a WebTestClient that is bound to an application, not to a server");
            }
            WebFilter authentication = this::authenticate;
            handlers.filters(filters -> filters.add(0, authentication));
        }

        private Mono<Void> authenticate(ServerWebExchange exchange, WebFilterChain chain) {
            CsrfWebFilter.skipExchange(exchange);
            return Mono.fromCallable(() -> token(Objects.requireNonNull(exchange.getApplicationContext())))
                    .subscribeOn(Schedulers.boundedElastic())
                    .flatMap(token -> chain.filter(exchange)
                            .contextWrite(ReactiveSecurityContextHolder.withAuthentication(token)));
        }

        private JwtAuthenticationToken token(ApplicationContext application) {
            Jwt.Builder jwt = Jwt.withTokenValue("token").header("alg", "none");
            tokens.claims(application).andThen(claims).accept(jwt);
            if (revoked) {
                tokens.revoke(application);
            }
            Jwt built = jwt.build();
            Collection<GrantedAuthority> granted = authorities == null
                    ? new JwtGrantedAuthoritiesConverter().convert(built)
                    : Arrays.asList(authorities);
            return new JwtAuthenticationToken(built, granted);
        }
    }
}
