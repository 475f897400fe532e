// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.web.server.authorization.AuthorizationContext;

/** Stops the start of a WebFlux application if session tracking is off and a rule requires a live session. */
@AutoConfiguration(after = SessionTrackingReactiveSecurityAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass(AuthorizationContext.class)
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
}
