// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState.FilterChains;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint {@code sessiontracking}. With tracking off, it exists too and reports the state {@code off}. */
@AutoConfiguration(afterName = SessionTrackingHealthAutoConfiguration.ENGINE)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
public final class SessionTrackingEndpointAutoConfiguration {

    // A nested class, because its conditions cannot be loaded without the optional module.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(SessionService.class)
    @ConditionalOnAvailableEndpoint(SessionTrackingEndpoint.class)
    static class Exposed {

        @Bean
        @ConditionalOnMissingBean
        SessionTrackingEndpoint sessionTrackingEndpoint(
                SessionService sessions,
                ObjectProvider<SessionTracking> tracking,
                ObjectProvider<FilterChains> protection) {
            return new SessionTrackingEndpoint(sessions, tracking.getIfAvailable(), () -> {
                FilterChains report = protection.getIfAvailable();
                return report == null ? List.of() : report.chains();
            });
        }
    }
}
