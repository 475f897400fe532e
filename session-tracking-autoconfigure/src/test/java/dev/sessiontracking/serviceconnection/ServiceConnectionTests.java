// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.serviceconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactory;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** Connection details switch tracking on as the property does. No Docker engine is needed here. */
class ServiceConnectionTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class));

    private static SessionTrackingConnectionDetails details() {
        return redis::url;
    }

    @Test
    void beanSwitchesTrackingOn() {
        runner.withBean(SessionTrackingConnectionDetails.class, ServiceConnectionTests::details)
                .run(context -> await().until(() -> context.getBean(SessionService.class)
                        .createSession("alice", SessionMetadata.none())
                        .tracked()));
    }

    @Test
    void beanGoesBeforeTheProperty() {
        runner.withBean(SessionTrackingConnectionDetails.class, ServiceConnectionTests::details)
                .withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1")
                .run(context -> await().until(() -> context.getBean(SessionService.class)
                        .createSession("alice", SessionMetadata.none())
                        .tracked()));
    }

    @Test
    void beanIsEnoughWhenTrackingIsRequired() {
        runner.withBean(SessionTrackingConnectionDetails.class, ServiceConnectionTests::details)
                .withPropertyValues("session.tracking.enabled=true", "session.tracking.outage-policy=reject")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SessionStore.class));
    }

    @Test
    void propertyKeepsTrackingOffAllTheSame() {
        runner.withBean(SessionTrackingConnectionDetails.class, ServiceConnectionTests::details)
                .withPropertyValues("session.tracking.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionStore.class));
    }

    @Test
    void propertyIsConnectionDetailsToo() {
        runner.withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context.getBean(SessionTrackingConnectionDetails.class)
                                .redisUrl())
                        .isEqualTo(redis.url()));
    }

    @Test
    void propertiesOfTheApplicationsOwnRedisSwitchNothingOn() {
        runner.withPropertyValues("spring.data.redis.url=" + redis.url())
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SessionStore.class));
    }

    @Test
    void tracksWithoutTestcontainersAndDockerCompose() {
        runner.withClassLoader(new FilteredClassLoader(
                        "org.springframework.boot.testcontainers",
                        "org.testcontainers",
                        "org.springframework.boot.docker"))
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SessionStore.class));
    }

    @Test
    @SuppressWarnings("rawtypes")
    void factoriesAreRegistered() {
        List<ConnectionDetailsFactory> factories =
                SpringFactoriesLoader.forDefaultResourceLocation().load(ConnectionDetailsFactory.class);
        assertThat(factories)
                .hasAtLeastOneElementOfType(RedisContainerConnectionDetailsFactory.class)
                .hasAtLeastOneElementOfType(RedisComposeConnectionDetailsFactory.class);
    }

    @Test
    void composeServiceIsAUrl() {
        ConnectionPorts ports = mock();
        given(ports.get(6379)).willReturn(32_768);
        RunningService service = mock();
        given(service.host()).willReturn("127.0.0.1");
        given(service.ports()).willReturn(ports);
        given(service.env()).willReturn(Map.of("REDIS_PASSWORD", "p@ss word"));
        given(service.labels()).willReturn(Map.of());
        assertThat(RedisComposeConnectionDetailsFactory.detailsOf(service).redisUrl())
                .isEqualTo("redis://:p%40ss%20word@127.0.0.1:32768");
    }

    @Test
    void addressesAreUrls() {
        assertThat(RedisService.url(false, "host", 1, null)).isEqualTo("redis://host:1");
        assertThat(RedisService.url(false, "host", 1, "")).isEqualTo("redis://host:1");
        assertThat(RedisService.url(true, "2001:db8::1", 6379, "a:b/c"))
                .isEqualTo("rediss://:a%3Ab%2Fc@[2001:db8::1]:6379");
    }
}
