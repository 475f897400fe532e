// SPDX-License-Identifier: Apache-2.0
package com.example.webflux;

import dev.sessiontracking.security.reactive.ExchangeToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Add it to the chain: {@code http.addFilterAt(new LoginAtTheGateway(), SecurityWebFiltersOrder.AUTHENTICATION)}. */
class LoginAtTheGateway implements WebFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return ReactiveSecurityContextHolder.getContext()
                .mapNotNull(SecurityContext::getAuthentication)
                .doOnNext(login -> {
                    if (login.getPrincipal() instanceof OidcUser user) {
                        ExchangeToken.verified(exchange, user.getClaims());
                    }
                })
                .then(chain.filter(exchange));
    }
}
