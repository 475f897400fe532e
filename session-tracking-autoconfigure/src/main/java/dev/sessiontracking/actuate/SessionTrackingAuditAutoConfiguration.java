// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.core.SessionTracking;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;

/** Audit events, for applications with an {@link AuditEventRepository}. */
@AutoConfiguration(
        afterName = {SessionTrackingHealthAutoConfiguration.ENGINE, SessionTrackingAuditAutoConfiguration.AUDIT})
@ConditionalOnClass(AuditEvent.class)
@ConditionalOnBean({SessionTracking.class, AuditEventRepository.class})
@ConditionalOnBooleanProperty(name = "management.auditevents.enabled", matchIfMissing = true)
public final class SessionTrackingAuditAutoConfiguration {

    static final String AUDIT = "org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration";

    @Bean
    @ConditionalOnMissingBean
    SessionAuditListener sessionTrackingAuditListener(ApplicationEventPublisher publisher) {
        return new SessionAuditListener(publisher);
    }
}
