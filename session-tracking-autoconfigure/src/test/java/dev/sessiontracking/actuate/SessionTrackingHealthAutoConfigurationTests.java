// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** When there is a health contributor, and what includes it. No server is needed for this. */
class SessionTrackingHealthAutoConfigurationTests {

    static final ApplicationContextRunner RUNNER = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    HealthContributorRegistryAutoConfiguration.class,
                    HealthContributorAutoConfiguration.class,
                    EndpointAutoConfiguration.class,
                    HealthEndpointAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class,
                    SessionTrackingActuatorAutoConfiguration.class));

    private static final String URL = "session.tracking.redis-url=redis://127.0.0.1:1";

    @ParameterizedTest
    @CsvSource({"readinessState, false", "'readinessState,sessionTracking', true"})
    void readinessAsksWhenTold(String include, boolean isMember) {
        RUNNER.withPropertyValues(
                        URL,
                        "management.endpoint.health.group.readiness.include=" + include,
                        "management.endpoint.health.validate-group-membership=false")
                .run(context -> assertThat(context.getBean(HealthEndpointGroups.class)
                                .get("readiness")
                                .isMember("sessionTracking"))
                        .isEqualTo(isMember));
    }

    @Test
    void offByProperty() {
        RUNNER.withPropertyValues(URL, "management.health.sessionTracking.enabled=false")
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(SessionTrackingHealthIndicator.class));
    }

    @Test
    void backsOffOnAUsersContributor() {
        RUNNER.withBean(
                        SessionTrackingActuatorAutoConfiguration.CONTRIBUTOR,
                        HealthIndicator.class,
                        () -> () -> Health.up().build())
                .withPropertyValues(URL)
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean(SessionTrackingHealthIndicator.class));
    }

    @Test
    void backsOffWithoutHealth() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RedisSessionStoreAutoConfiguration.class,
                        SessionTrackingAutoConfiguration.class,
                        SessionTrackingActuatorAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .withPropertyValues(URL)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SessionService.class)
                        .doesNotHaveBean(SessionTrackingActuatorAutoConfiguration.CONTRIBUTOR));
    }

    @Test
    void backsOffWhenTrackingIsOff() {
        RUNNER.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionTrackingHealthIndicator.class));
    }
}
