// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.Unavailable;
import dev.sessiontracking.security.reactive.SessionServerLogoutHandler.CrossSiteLogoutException;
import java.util.function.Function;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * The first filter of a checked chain. {@link SessionCheckWebFilter} does the same behind the filters that authenticate
 * tokens, so that none of them can intercept the response to an unconfirmed logout, or to a request that a rule rejects.
 */
record SessionOutageWebFilter(ExchangeRejections rejections) implements WebFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return answer(exchange, chain.filter(exchange), rejections);
    }

    /** Responds to an unavailable store and to a login that is too old. Passes other failures on. */
    static Mono<Void> answer(ServerWebExchange exchange, Mono<Void> request, ExchangeRejections rejections) {
        return answer(exchange, request, failure -> rejections.challengeForLogin(exchange, failure));
    }

    /**
     * Responds with 503 if a request fails because the store does not answer, even for a call of the application.
     *
     * @param otherwise the response to another failure
     */
    static Mono<Void> answer(
            ServerWebExchange exchange, Mono<Void> request, Function<Throwable, Mono<Void>> otherwise) {
        return request.onErrorResume(failure -> {
            if (failure instanceof CrossSiteLogoutException) {
                return ExchangeRejections.forbidden(exchange);
            }
            return !exchange.getResponse().isCommitted() && Unavailable.isCauseOf(failure)
                    ? ExchangeRejections.unavailable(exchange)
                    : otherwise.apply(failure);
        });
    }
}
