// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Meters for applications that have a meter registry. */
@AutoConfiguration(
        after = SessionTrackingAutoConfiguration.class,
        afterName = SessionTrackingMetricsAutoConfiguration.METER_REGISTRY)
@ConditionalOnClass({MeterRegistry.class, MeterBinder.class})
@ConditionalOnBean({SessionTracking.class, MeterRegistry.class})
public final class SessionTrackingMetricsAutoConfiguration {

    static final String METER_REGISTRY =
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration";

    @Bean
    @ConditionalOnMissingBean
    SessionMeters sessionTrackingMeters(SessionTracking tracking) {
        return new SessionMeters(tracking);
    }

    @Bean
    @ConditionalOnMissingBean(StoreObserver.class)
    StoreTimers sessionTrackingStoreTimers() {
        return new StoreTimers();
    }
}
