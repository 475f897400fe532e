// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import dev.sessiontracking.core.SessionTracking;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health contributor {@code sessionTracking}. */
@AutoConfiguration(afterName = SessionTrackingHealthAutoConfiguration.ENGINE)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
public final class SessionTrackingHealthAutoConfiguration {

    static final String ENGINE = "dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration";

    static final String CONTRIBUTOR = "sessionTrackingHealthContributor";

    // A nested class, because its conditions cannot be loaded without the optional module.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(SessionTracking.class)
    @ConditionalOnEnabledHealthIndicator("sessionTracking")
    static class Contributor {

        @Bean(CONTRIBUTOR)
        @ConditionalOnMissingBean(name = CONTRIBUTOR)
        SessionTrackingHealthIndicator sessionTrackingHealthContributor(SessionTracking tracking) {
            return new SessionTrackingHealthIndicator(tracking);
        }
    }
}
