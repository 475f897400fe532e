// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.ReactiveSessionTokens;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;

/** What WebFlux applications inject, whether session tracking is on or off. */
@AutoConfiguration(after = SessionTrackingAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ReactiveSecurityContextHolder.class, OAuth2TokenValidator.class})
public final class ReactiveSessionServiceAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ReactiveSessionService sessionTrackingReactiveSessionService(
            SessionService service, ObjectProvider<SessionTracking> tracking) {
        SessionTracking engine = tracking.getIfAvailable();
        return new NonBlockingSessions(
                service, engine != null && engine.service() == service ? engine.checker() : null);
    }

    @Bean
    @ConditionalOnMissingBean
    ReactiveSessionTokens sessionTrackingReactiveSessionTokens(SessionTokens tokens) {
        return new NonBlockingTokens(tokens);
    }
}
