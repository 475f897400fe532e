// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
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
 * @param behind the filter directly in front, if that tells what it makes of a token
 * @param answers whether this filter responds to the failures of later ones, as {@link SessionOutageWebFilter} does
 */
record SessionCheckWebFilter(
        ExchangeCheck check,
        boolean fixes,
        boolean answers,
        @Nullable WebFilter behind) implements WebFilter {

    private static final SecurityContext EMPTY = new SecurityContextImpl();

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
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
            rest = rest.onErrorResume(failure -> check.rejections().respond(exchange, failure));
        }
        return fixes && checked != null
                ? rest.contextWrite(ReactiveSecurityContextHolder.withAuthentication(checked))
                : rest;
    }

    /** A constant: WebFlux asks for it in each request. */
    @Override
    public String toString() {
        return "SessionCheckWebFilter";
    }
}
