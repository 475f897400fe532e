// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.CachingReader.Status;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** What an application that was processed ahead of time needs: its conditions are those of the build. */
class AheadOfTimeTests {

    @Test
    void nearCacheCanBeSwitchedOffAfterwards() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SessionTrackingAutoConfiguration.class, RedisSessionStoreAutoConfiguration.class))
                .withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1")
                .withInitializer(AheadOfTimeTests::switchOffAfterTheConditions)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasBean("sessionTrackingTrackedReader");
                    assertThat(context.getBean(SessionTracking.class)
                                    .state()
                                    .nearCache()
                                    .status()
                                    .phase())
                            .isEqualTo(Status.Phase.OFF);
                });
    }

    /** Conditions are evaluated before this post-processor runs, as if that had been at build time. */
    private static void switchOffAfterTheConditions(ConfigurableApplicationContext context) {
        context.addBeanFactoryPostProcessor(beans -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "run time", java.util.Map.of("session.tracking.near-cache.enabled", "false"))));
    }
}
