// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Responds to an unconfirmed logout and to a request that a rule rejects, behind the filters that could intercept the
 * failure. {@link SessionCheckWebFilter} does the same where a check is directly behind such a filter.
 */
record SessionOutageWebFilter(ExchangeRejections rejections) implements WebFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).onErrorResume(failure -> rejections.handle(exchange, failure));
    }

    /** A constant: WebFlux asks for it in each request. */
    @Override
    public String toString() {
        return "SessionOutageWebFilter";
    }
}
