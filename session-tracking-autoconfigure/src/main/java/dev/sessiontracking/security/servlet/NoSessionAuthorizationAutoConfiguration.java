// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * Stops the start if session tracking is off and a rule requires a live session. Otherwise the rule would have to
 * accept or reject everybody.
 */
@AutoConfiguration(after = SessionTrackingServletSecurityAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(RequestAuthorizationContext.class)
@ConditionalOnMissingBean(SessionAuthorization.class)
public final class NoSessionAuthorizationAutoConfiguration {

    @Bean
    SessionAuthorization sessionTrackingSessionAuthorization() {
        return () -> {
            throw new SessionTrackingSetupException(
                    "An authorization rule requires a live session (hasLiveSession()), but session tracking is off.",
                    "Set session.tracking.redis-url, or remove the rule.");
        };
    }
}
