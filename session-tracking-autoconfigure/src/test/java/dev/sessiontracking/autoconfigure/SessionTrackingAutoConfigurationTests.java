// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.spi.SessionStore;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

@ExtendWith(OutputCaptureExtension.class)
class SessionTrackingAutoConfigurationTests {

    /** Nothing listens there: what is tested here needs no server. */
    private static final String URL = "session.tracking.redis-url=redis://127.0.0.1:1";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SessionTrackingAutoConfiguration.class, RedisSessionStoreAutoConfiguration.class));

    // off

    @Test
    void offWithoutTheProperty(CapturedOutput output) {
        runner.run(context -> {
            assertOff(context);
            assertThat(output.getOut().split("Session tracking is off", -1)).hasSize(2);
            assertThat(output).contains("session.tracking.redis-url").contains("INFO");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void offWithAnEmptyProperty(String url) {
        runner.withPropertyValues("session.tracking.redis-url=" + url).run(this::assertOff);
    }

    @Test
    void offWithoutTheUrlWhenEnabledIsEmpty() {
        runner.withPropertyValues("session.tracking.enabled=").run(this::assertOff);
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "FALSE", "no", "off", "0", " false "})
    void offByProperty(String enabled, CapturedOutput output) {
        runner.withPropertyValues(URL, "session.tracking.enabled=" + enabled).run(context -> {
            assertOff(context);
            assertThat(output).contains("Session tracking is off (session.tracking.enabled=false)");
        });
    }

    @Test
    void offByPropertyEvenWithABrokenUrl() {
        runner.withPropertyValues("session.tracking.redis-url=nonsense", "session.tracking.enabled=false")
                .run(this::assertOff);
    }

    private void assertOff(AssertableApplicationContext context) {
        assertThat(context).hasNotFailed().hasSingleBean(SessionService.class);
        assertThat(context).doesNotHaveBean(SessionStore.class).doesNotHaveBean(SessionChecker.class);
        assertThat(context.getBeanDefinitionNames()).noneMatch(name -> name.contains("Redis"));
        SessionService service = context.getBean(SessionService.class);
        assertThat(service.createSession("alice", SessionMetadata.none()).tracked())
                .isFalse();
        assertThat(service.isSessionValid("any")).isTrue();
    }

    @Test
    void offStartsNoThread() {
        Set<Thread> before = ownThreads();
        runner.run(context -> assertThat(before).containsAll(ownThreads()));
    }

    private static Set<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("session-tracking")
                        || thread.getName().startsWith("lettuce"))
                .collect(Collectors.toSet());
    }

    // on

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "TRUE", "yes", "on", "1"})
    void onWithTheUrl(String enabled, CapturedOutput output) {
        runner.withPropertyValues(URL, "session.tracking.enabled=" + enabled).run(context -> {
            assertThat(context)
                    .hasSingleBean(SessionService.class)
                    .hasSingleBean(SessionStore.class)
                    .hasSingleBean(SessionChecker.class)
                    .hasSingleBean(SessionTracking.class)
                    .doesNotHaveBean(TrackingOffGuard.class);
            assertThat(output).doesNotContain("Session tracking is off");
        });
    }

    @Test
    void namesOfBeansArePrefixed() {
        runner.withPropertyValues(URL)
                .run(context -> assertThat(context.getBeanFactory().getBeanDefinitionNames())
                        .filteredOn(name -> !name.startsWith("org.springframework.")
                                && !name.startsWith("dev.sessiontracking.")
                                && !name.startsWith("session.tracking"))
                        .allMatch(name -> name.startsWith("sessionTracking")));
    }

    @Test
    void onWithAnOwnStoreAndNoUrl(CapturedOutput output) {
        SessionStore own = mock();
        runner.withBean("own", SessionStore.class, () -> own).run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(SessionTracking.class)
                    .hasSingleBean(SessionChecker.class)
                    .hasSingleBean(SessionService.class)
                    .doesNotHaveBean(TrackingOffGuard.class);
            assertThat(context.getBean(SessionStore.class)).isSameAs(own);
            assertThat(context.getBeanDefinitionNames()).noneMatch(name -> name.contains("Redis"));
            assertThat(output).doesNotContain("Session tracking is off");
        });
    }

    @Test
    void offByPropertyEvenWithAnOwnStore() {
        SessionStore own = mock();
        runner.withPropertyValues("session.tracking.enabled=false")
                .withBean("own", SessionStore.class, () -> own)
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(TrackingOffGuard.class)
                        .hasSingleBean(SessionService.class)
                        .doesNotHaveBean(SessionTracking.class));
    }

    @Test
    void ownStoreSatisfiesWhoRequiresTracking() {
        SessionStore own = mock();
        runner.withPropertyValues("session.tracking.enabled=true", "session.tracking.outage-policy=reject")
                .withBean("own", SessionStore.class, () -> own)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SessionTracking.class));
    }

    @Test
    void offWithoutLettuce() {
        runner.withClassLoader(new FilteredClassLoader(RedisClient.class)).run(this::assertOff);
    }

    // ahead of time: conditions were decided at build time, the environment is that of run time

    @Test
    void imageWithoutTrackingRefusesAUrl() {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> new TrackingOffGuard(TrackingSwitch.ON, OutagePolicy.PLAIN_JWT))
                .withMessageContaining("session.tracking.redis-url is set")
                .withMessageContaining("ahead of time");
    }

    @Test
    void imageWithTrackingRefusesToBeSwitchedOff() {
        MockEnvironment environment = new MockEnvironment().withProperty("session.tracking.enabled", "false");
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> SessionTrackingAutoConfiguration.On.sessionTrackingSwitchGuard(environment)
                        .postProcessBeanFactory(new DefaultListableBeanFactory()))
                .withMessageContaining("session.tracking.enabled=false")
                .withMessageContaining("ahead of time");
    }

    @Test
    void imageWithoutTrackingRefusesToBeRequired() {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> new TrackingOffGuard(TrackingSwitch.REQUIRED_WITHOUT_URL, OutagePolicy.PLAIN_JWT))
                .withMessageContaining("session.tracking.enabled=true")
                .withMessageContaining("session.tracking.redis-url");
    }

    @Test
    void rejectingWithoutTrackingStopsTheStart() {
        runner.withPropertyValues("session.tracking.outage-policy=reject")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("session.tracking.outage-policy=reject"));
    }

    // properties reach the objects

    @ParameterizedTest
    @ValueSource(strings = {"", "redis://127.0.0.1:1"})
    void lifetimeReachesTheService(String url) {
        runner.withPropertyValues("session.tracking.redis-url=" + url, "session.tracking.ttl=90m")
                .run(context -> {
                    var session = context.getBean(SessionService.class).createSession("alice", SessionMetadata.none());
                    assertThat(Duration.between(session.createdAt(), session.expiresAt()))
                            .isEqualTo(Duration.ofMinutes(90));
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "redis://127.0.0.1:1"})
    void tokensExistWithAndWithoutAServerAndKnowTheProperties(String url) {
        runner.withPropertyValues(
                        "session.tracking.redis-url=" + url,
                        "session.tracking.max-lifetime=2h",
                        "session.tracking.jwt.user-id-claim=uid")
                .run(context -> {
                    TokenGrant grant = context.getBean(SessionTokens.class).login("alice", SessionMetadata.none());
                    assertThat(grant.accessClaims()).containsEntry("uid", "alice");
                    assertThat(Duration.between(grant.session().createdAt(), grant.refreshExpiresAt()))
                            .isEqualTo(Duration.ofHours(2));
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-lifetime=0s",
                "max-lifetime=4000d",
                "refresh.reuse-interval=61s",
                "refresh.reuse-interval=-1s"
            })
    void lifetimesOutOfRangeStopTheStart(String property) {
        runner.withPropertyValues("session.tracking." + property)
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("session.tracking." + property.substring(0, property.indexOf('='))));
    }

    @Test
    void policyReachesTheChecker() {
        runner.withPropertyValues(URL, "session.tracking.outage-policy=reject")
                .run(context -> assertThat(context.getBean(SessionChecker.class).outagePolicy())
                        .isEqualTo(OutagePolicy.REJECT));
    }

    @Test
    void policyIsPlainJwtByDefault() {
        runner.withPropertyValues(URL).run(context -> {
            assertThat(context.getBean(SessionChecker.class).outagePolicy()).isEqualTo(OutagePolicy.PLAIN_JWT);
            SessionService service = context.getBean(SessionService.class);
            assertThat(service.getSessionStatus("any")).isEqualTo(SessionStatus.UNKNOWN);
            assertThat(service.isSessionValid("any")).isTrue();
        });
    }
}
