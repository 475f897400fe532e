// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;

/** Prevents the start of a WebFlux application with session tracking on, because nothing would be protected. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnSessionTracking
public final class SessionTrackingReactiveAutoConfiguration {

    /** A bean factory post-processor runs at every start, even with lazy initialization. */
    @Bean
    static BeanFactoryPostProcessor sessionTrackingReactiveRefusal() {
        return beanFactory -> {
            throw new SessionTrackingSetupException(
                    "Session tracking is on, but this is a reactive (WebFlux) application. Session tracking"
                            + " cannot check its requests yet, so revoked tokens would be accepted.",
                    "Remove session.tracking.redis-url or set session.tracking.enabled to false, or use Spring MVC.");
        };
    }
}
