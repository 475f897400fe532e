// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Runs directly behind a filter that may authenticate requests, and checks the session of a new authentication. If the
 * token is rejected, no later filter runs. An authentication that was checked before costs one comparison.
 *
 * @param fixes whether later filters get the checked authentication. Otherwise a repository of the application would
 *     create another one whenever a filter asks
 * @param behind the token filter directly in front. It runs as a part of this filter: each filter of a chain costs time
 * @param answers whether this filter responds to the failures of later ones, as {@link SessionOutageWebFilter} does
 */
record SessionCheckWebFilter(
        ExchangeCheck check,
        boolean fixes,
        boolean answers,
        @Nullable AuthenticationWebFilter behind) implements WebFilter {

    private static final SecurityContext EMPTY = new SecurityContextImpl();

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return behind == null
                ? check(exchange, chain)
                // It asks for the rest of the chain before it knows whether there is a token.
                : behind.filter(exchange, next -> Mono.defer(() -> check(next, chain)));
    }

    private Mono<Void> check(ServerWebExchange exchange, WebFilterChain chain) {
        Authentication made = ExchangeToken.state(exchange).authenticatedBy(behind);
        return made != null
                ? filter(exchange, made, chain)
                : ReactiveSecurityContextHolder.getContext()
                        .defaultIfEmpty(EMPTY)
                        .flatMap(context -> filter(exchange, context.getAuthentication(), chain));
    }

    private Mono<Void> filter(
            ServerWebExchange exchange, @Nullable Authentication authentication, WebFilterChain chain) {
        if (authentication == null) {
            ExchangeToken.state(exchange).forgetTokens();
            return rest(exchange, null, chain);
        }
        return check.filter(exchange, authentication, next -> rest(next, authentication, chain));
    }

    private Mono<Void> rest(ServerWebExchange exchange, @Nullable Authentication checked, WebFilterChain chain) {
        Mono<Void> rest = chain.filter(exchange);
        if (answers) {
            rest = rest.onErrorResume(failure -> check.rejections().handle(exchange, failure));
        }
        return fixes && checked != null
                ? rest.contextWrite(ReactiveSecurityContextHolder.withAuthentication(checked))
                : rest;
    }

    /** This filter, and what runs as a part of it. */
    Stream<WebFilter> parts() {
        return behind == null ? Stream.of(this) : Stream.of(behind, this);
    }

    /** A constant: WebFlux asks for it in each request. */
    @Override
    public String toString() {
        return "SessionCheckWebFilter";
    }
}
