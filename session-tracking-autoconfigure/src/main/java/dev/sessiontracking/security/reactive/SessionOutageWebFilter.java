// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.security.chain.Unavailable;
import dev.sessiontracking.security.reactive.SessionServerLogoutHandler.CrossSiteLogoutException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * The first filter of a checked chain. Also runs directly before the logout, so that no filter of the application can
 * intercept the response to an unconfirmed logout.
 */
record SessionOutageWebFilter() implements WebFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return answer(exchange, chain.filter(exchange));
    }

    /** Responds with 503 if a request fails because the store does not answer, even for a call of the application. */
    static Mono<Void> answer(ServerWebExchange exchange, Mono<Void> request) {
        return request.onErrorResume(failure -> {
            if (failure instanceof CrossSiteLogoutException) {
                return ExchangeRejections.forbidden(exchange);
            }
            return !exchange.getResponse().isCommitted() && Unavailable.isCauseOf(failure)
                    ? ExchangeRejections.unavailable(exchange)
                    : Mono.error(failure);
        });
    }
}
