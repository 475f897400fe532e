// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState.FilterChains;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health, endpoint and audit, each where its module is. */
@AutoConfiguration(
        after = SessionTrackingAutoConfiguration.class,
        afterName = SessionTrackingActuatorAutoConfiguration.AUDIT)
public final class SessionTrackingActuatorAutoConfiguration {

    static final String AUDIT = "org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration";

    static final String CONTRIBUTOR = "sessionTrackingHealthContributor";

    /** The health contributor {@code sessionTracking}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class HealthConfiguration {

        // A further class, because its condition cannot be loaded without the optional module.
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnBean(SessionTracking.class)
        @ConditionalOnEnabledHealthIndicator("sessionTracking")
        static class Enabled {

            @Bean(CONTRIBUTOR)
            @ConditionalOnMissingBean(name = CONTRIBUTOR)
            SessionTrackingHealthIndicator sessionTrackingHealthContributor(SessionTracking tracking) {
                return new SessionTrackingHealthIndicator(tracking);
            }
        }
    }

    /** The endpoint {@code sessiontracking}. With tracking off, it exists too and reports the state {@code off}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    static class EndpointConfiguration {

        // A further class, because its condition cannot be loaded without the optional module.
        @Configuration(proxyBeanMethods = false)
        @ConditionalOnBean(SessionService.class)
        @ConditionalOnAvailableEndpoint(SessionTrackingEndpoint.class)
        static class Available {

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

    /** Audit events, for applications with an {@link AuditEventRepository}. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(AuditEvent.class)
    @ConditionalOnBean({SessionTracking.class, AuditEventRepository.class})
    @ConditionalOnBooleanProperty(name = "management.auditevents.enabled", matchIfMissing = true)
    static class AuditConfiguration {

        @Bean
        @ConditionalOnMissingBean
        SessionAuditListener sessionTrackingAuditListener(ApplicationEventPublisher publisher) {
            return new SessionAuditListener(publisher);
        }
    }
}
