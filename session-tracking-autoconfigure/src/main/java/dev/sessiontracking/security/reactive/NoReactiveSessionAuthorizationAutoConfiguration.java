// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.oauth2.server.resource.web.server.BearerTokenServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.web.server.WebFilter;

/**
 * Stops the start of a WebFlux application if session tracking is off and a rule requires a live session. Demands a recent login
 * where no token filter of Spring Security does.
 */
@AutoConfiguration(after = SessionTrackingReactiveSecurityAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({AuthorizationContext.class, BearerTokenServerAuthenticationEntryPoint.class})
@ConditionalOnMissingBean(ReactiveSessionAuthorization.class)
public final class NoReactiveSessionAuthorizationAutoConfiguration {

    @Bean
    ReactiveSessionAuthorization sessionTrackingReactiveSessionAuthorization() {
        return () -> {
            throw new SessionTrackingSetupException(
                    "An authorization rule requires a live session (hasLiveSession()), but session tracking is off.",
                    "Set session.tracking.redis-url, or remove the rule.");
        };
    }

    // In front of the filter chains, which have the order -100.
    @Bean
    @Order(-101)
    WebFilter sessionTrackingLoginChallenge() {
        return new SessionOutageWebFilter(new ExchangeRejections(SessionWebFilterChains.BEARER));
    }
}
