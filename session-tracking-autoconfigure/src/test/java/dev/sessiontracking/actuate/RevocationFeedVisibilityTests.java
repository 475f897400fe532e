// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.metrics.SessionTrackingMetricsAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisServerExtension;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A node that misses announced revocations says so: in its meters, its health, and at the endpoint. */
class RevocationFeedVisibilityTests {

    private static final String FEED = "session_revocations";

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static double meter(AssertableApplicationContext context, String name) {
        return context.getBean(MeterRegistry.class)
                .get("session.tracking.feed." + name)
                .meter()
                .measure()
                .iterator()
                .next()
                .getValue();
    }

    private static Map<?, ?> atTheEndpoint(AssertableApplicationContext context) {
        return (Map<?, ?>)
                context.getBean(SessionTrackingEndpoint.class).state().get("revocationFeed");
    }

    /** Health and the endpoint show the same. */
    private static void awaitStatus(AssertableApplicationContext context, String status) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(context.getBean(SessionTrackingHealthIndicator.class)
                                .health()
                                .getDetails()
                                .get("revocationFeed"))
                        .isEqualTo(atTheEndpoint(context))
                        .extracting("status")
                        .isEqualTo(status));
    }

    @Test
    void lagAndGapsAreShown() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server())) {
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(
                            MetricsAutoConfiguration.class,
                            CompositeMeterRegistryAutoConfiguration.class,
                            EndpointAutoConfiguration.class,
                            RedisSessionStoreAutoConfiguration.class,
                            SessionTrackingAutoConfiguration.class,
                            SessionTrackingActuatorAutoConfiguration.class,
                            SessionTrackingMetricsAutoConfiguration.class))
                    .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .withPropertyValues(
                            "session.tracking.redis-url=" + network.url(),
                            "management.endpoints.web.exposure.include=*")
                    .run(context -> {
                        awaitStatus(context, "complete");
                        assertThat(meter(context, "lag")).isZero();
                        assertThat(meter(context, "gaps")).isZero();
                        redis.cli().command("XADD", FEED, "*", "session", "revoked-elsewhere");
                        await().atMost(PATIENCE)
                                .until(() ->
                                        context.getBean(SessionTracking.class).rememberedRevocations() == 1);

                        network.refuse();
                        network.cut();
                        awaitStatus(context, "behind");
                        assertThat(atTheEndpoint(context).get("behindSince")).isNotNull();
                        await().atMost(PATIENCE).until(() -> meter(context, "lag") > 0);
                        redis.cli().command("DEL", FEED);

                        network.accept();
                        network.heal();
                        awaitStatus(context, "gap");
                        assertThat(atTheEndpoint(context).containsKey("behindSince"))
                                .isFalse();
                        assertThat(atTheEndpoint(context).get("gaps")).isEqualTo(1L);
                        assertThat(meter(context, "gaps")).isEqualTo(1);
                        assertThat(meter(context, "lag")).isZero();
                    });
        }
    }
}
