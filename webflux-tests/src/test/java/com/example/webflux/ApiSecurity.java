// SPDX-License-Identifier: Apache-2.0
package com.example.webflux;

import dev.sessiontracking.security.reactive.ReactiveSessionAuthorization;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authorization.AuthorizationContext;

@Configuration
class ApiSecurity {

    @Bean
    SecurityWebFilterChain api(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
        return http.authorizeExchange(exchanges -> exchanges
                        .pathMatchers("/login", "/refresh", "/goodbye")
                        .permitAll()
                        .pathMatchers("/transfers")
                        .access(liveAndRecent(sessions))
                        .pathMatchers("/orders")
                        .access(sessions.hasLiveSession())
                        .anyExchange()
                        .authenticated())
                .csrf(ServerHttpSecurity.CsrfSpec::disable) // no cookies
                .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
                .build();
    }

    /** A live session, and a login within the last five minutes. */
    private static ReactiveAuthorizationManager<AuthorizationContext> liveAndRecent(
            ReactiveSessionAuthorization sessions) {
        ReactiveAuthorizationManager<AuthorizationContext> recent = sessions.authenticatedWithin(Duration.ofMinutes(5));
        return (user, context) -> sessions.hasLiveSession()
                .authorize(user, context)
                .filter(AuthorizationResult::isGranted)
                .flatMap(live -> recent.authorize(user, context));
    }
}
