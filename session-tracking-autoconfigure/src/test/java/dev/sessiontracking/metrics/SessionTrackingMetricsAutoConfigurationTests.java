// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.security.SessionTokenEvaluator;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.testkit.RedisServerExtension;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Every meter against a real server, and when there are none. */
class SessionTrackingMetricsAutoConfigurationTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    RedisSessionStoreAutoConfiguration.class,
                    SessionTrackingAutoConfiguration.class,
                    SessionTrackingJwtAutoConfiguration.class,
                    SessionTrackingMetricsAutoConfiguration.class))
            .withPropertyValues("session.tracking.connect-timeout=5s", "session.tracking.command-timeout=10s");

    private void run(ContextConsumer<AssertableApplicationContext> test, String... properties) {
        runner.withUserConfiguration(Registry.class)
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .withPropertyValues(properties)
                .run(test);
    }

    private static double value(AssertableApplicationContext context, String name, String... tags) {
        Meter meter = context.getBean(MeterRegistry.class).get(name).tags(tags).meter();
        return meter.measure().iterator().next().getValue();
    }

    @Test
    void checksAreCountedByResultAndSource() {
        run(context -> {
            SessionService service = context.getBean(SessionService.class);
            UserSession session = service.createSession("alice", SessionMetadata.none());
            context.getBean(SessionChecker.class).check(TokenSession.of(session.id()));
            service.revokeSession(session.id());
            service.isSessionValid(session.id());
            assertThat(value(context, "session.tracking.checks", "result", "live", "source", "store"))
                    .isEqualTo(1);
            assertThat(value(context, "session.tracking.checks", "result", "ended", "source", "denylist"))
                    .isEqualTo(1);
        });
    }

    @Test
    void nearCacheShowsItsSizeHitsAndProof() {
        run(context -> {
            SessionService service = context.getBean(SessionService.class);
            UserSession session = service.createSession("alice", SessionMetadata.none());
            await().untilAsserted(() -> {
                service.isSessionValid(session.id());
                assertThat(value(context, "session.tracking.checks", "result", "live", "source", "cache"))
                        .isPositive();
            });
            // The session, and the cut-off once it was read.
            assertThat(value(context, "session.tracking.near.cache.size")).isBetween(1.0, 2.0);
            assertThat(value(context, "session.tracking.near.cache.hit.ratio")).isBetween(0.01, 1.0);
            assertThat(value(context, "session.tracking.near.cache.lease.age")).isBetween(0.0, 60.0);
        });
    }

    @Test
    void loginsRenewalsAndRevocationsAreCounted() {
        run(
                context -> {
                    SessionService service = context.getBean(SessionService.class);
                    UserSession session = service.createSession("alice", SessionMetadata.none());
                    service.createSession("alice", SessionMetadata.none());
                    service.renewSession(session.id());
                    service.revokeOtherUserSessions("alice", session.id());
                    assertThat(value(context, "session.tracking.logins", "tracked", "true"))
                            .isEqualTo(2);
                    assertThat(value(context, "session.tracking.renewals")).isEqualTo(1);
                    assertThat(value(context, "session.tracking.revocations", "operation", "others"))
                            .isEqualTo(1);
                    assertThat(value(context, "session.tracking.revocations.remembered"))
                            .isEqualTo(1);
                },
                "session.tracking.feed.enabled=false");
    }

    @Test
    void rejectionsAreCountedByReason() {
        run(context -> {
            context.getBean(SessionTracking.class).rejections().rejected(RequestRejected.Reason.UNUSABLE, null, null);
            assertThat(value(context, "session.tracking.rejections", "reason", "unusable"))
                    .isEqualTo(1);
        });
    }

    @Test
    void problemsWithClaimsAreCounted() {
        run(
                context -> {
                    UserSession session =
                            context.getBean(SessionService.class).createSession("alice", SessionMetadata.none());
                    SessionTokenEvaluator judge = context.getBean(SessionTokenEvaluator.class);
                    for (String issuer : List.of("https://ours", "https://ours/")) {
                        for (String user : List.of("alice", "4711", "4711")) {
                            judge.decide(judge.read(Map.of("sid", session.id(), "sub", user, "iss", issuer)), null);
                        }
                    }
                    await().untilAsserted(() -> assertThat(
                                    value(context, "session.tracking.claim.problems", "problem", "other_user"))
                            .isEqualTo(1));
                    assertThat(value(context, "session.tracking.claim.problems", "problem", "unlisted_issuer"))
                            .isEqualTo(1);
                },
                "session.tracking.jwt.issuers=https://ours");
    }

    @Test
    void storeOperationsAreTimed() {
        run(context -> {
            context.getBean(SessionService.class).createSession("alice", SessionMetadata.none());
            var timer = context.getBean(MeterRegistry.class)
                    .get("session.tracking.store.operations")
                    .tags("operation", "create", "outcome", "success")
                    .timer();
            await().until(() -> timer.count() == 1);
            assertThat(timer.totalTime(TimeUnit.SECONDS)).isBetween(0.0, 10.0);
        });
    }

    @Test
    void outageShowsInItsMeters() {
        run(context -> {
            SessionService service = context.getBean(SessionService.class);
            UserSession session = service.createSession("alice", SessionMetadata.none());
            redis.server().kill();
            await().until(() -> value(context, "session.tracking.outage.active") == 1);
            service.revokeSession(session.id());
            service.createSession("alice", SessionMetadata.none());
            service.isSessionValid("another");
            assertThat(value(context, "session.tracking.revocations.pending")).isEqualTo(1);
            assertThat(value(context, "session.tracking.logins", "tracked", "false"))
                    .isEqualTo(1);
            assertThat(value(context, "session.tracking.checks", "result", "unknown", "source", "unverified"))
                    .isEqualTo(1);
            assertThat(value(context, "session.tracking.near.cache.lease.age")).isNaN();
            redis.server().start();
            await().until(() -> value(context, "session.tracking.outage.active") == 0);
            await().until(() -> value(context, "session.tracking.revocations.pending") == 0);
            var outages = context.getBean(MeterRegistry.class)
                    .get("session.tracking.outages")
                    .functionTimer();
            assertThat(outages.count()).isEqualTo(1);
            assertThat(outages.totalTime(TimeUnit.SECONDS)).isPositive();
        });
    }

    /** Tags are constants: nothing that a client or a user chooses may make a new time series. */
    @Test
    void metersAreAFixedSet() {
        run(context -> {
            SessionService service = context.getBean(SessionService.class);
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            List<String> before = meters(registry);
            for (int i = 0; i < 100; i++) {
                service.createSession("user" + i, SessionMetadata.of("203.0.113." + i, "Agent " + i));
                service.isSessionValid("made-up-" + i);
            }
            assertThat(meters(registry)).isEqualTo(before).hasSizeLessThan(60);
        });
    }

    private static List<String> meters(MeterRegistry registry) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .filter(id -> id.getName().startsWith("session.tracking"))
                .map(id ->
                        id.getName() + id.getTags().stream().map(Tag::toString).collect(Collectors.joining()))
                .sorted()
                .toList();
    }

    @Test
    void backsOffWithoutMicrometer() {
        runner.withPropertyValues("session.tracking.redis-url=" + redis.url())
                .withClassLoader(new FilteredClassLoader("io.micrometer"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(SessionService.class)
                        .doesNotHaveBean(SessionTrackingMetricsAutoConfiguration.class));
    }

    @Test
    void backsOffWhenTrackingIsOff() {
        runner.withUserConfiguration(Registry.class)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(SessionTrackingMetricsAutoConfiguration.class));
    }

    @Test
    void backsOffWhenUserObservesTheStore() {
        runner.withUserConfiguration(Registry.class)
                .withBean("mine", StoreObserver.class, () -> StoreObserver.NO_OP)
                .withPropertyValues("session.tracking.redis-url=" + redis.url())
                .run(context ->
                        assertThat(context).doesNotHaveBean(StoreTimers.class).hasSingleBean(SessionMeters.class));
    }

    @Test
    void namesOfOtherAutoConfigurationsExist() {
        assertThat(SessionTrackingMetricsAutoConfiguration.METER_REGISTRY)
                .isEqualTo(CompositeMeterRegistryAutoConfiguration.class.getName());
    }

    @Configuration(proxyBeanMethods = false)
    static class Registry {

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }
    }
}
