// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The starter leaves alone what an application defines, and fails clearly when a library is missing. */
class SessionTrackingBackOffTests {

    /** Nothing listens there: what is tested here needs no server. */
    private static final String URL = "session.tracking.redis-url=redis://127.0.0.1:1";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SessionTrackingAutoConfiguration.class, RedisSessionStoreAutoConfiguration.class));

    // back off

    @ParameterizedTest
    @ValueSource(strings = {URL, "session.tracking.redis-url="})
    void backsOffWhenTheUserDefinesTheService(String property) {
        SessionService own = mock();
        runner.withPropertyValues(property)
                .withBean("own", SessionService.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(SessionService.class)).isSameAs(own));
    }

    @Test
    void backsOffWhenTheUserDefinesTheStore() {
        SessionStore own = mock();
        runner.withPropertyValues(URL)
                .withBean("own", SessionStore.class, () -> own)
                .run(context -> {
                    assertThat(context.getBean(SessionStore.class)).isSameAs(own);
                    assertThat(context).hasSingleBean(SessionTracking.class);
                    assertThat(context.getBeanDefinitionNames()).noneMatch(name -> name.contains("RedisLink"));
                });
    }

    @Test
    void backsOffWhenTheUserDefinesTheChecker() {
        SessionChecker own = mock();
        runner.withPropertyValues(URL)
                .withBean("own", SessionChecker.class, () -> own)
                .run(context ->
                        assertThat(context.getBean(SessionChecker.class)).isSameAs(own));
    }

    @Test
    void applicationsOwnBeanOfTheObviousNameDoesNotCollide() {
        runner.withPropertyValues(URL)
                .withUserConfiguration(OwnSessionService.class)
                .run(context -> {
                    assertThat(context).hasNotFailed().hasSingleBean(SessionService.class);
                    assertThat(context.getBean("sessionService")).isEqualTo("something else");
                    assertThat(context.getBean("sessionStore")).isEqualTo("something else");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnSessionService {

        @Bean
        String sessionService() {
            return "something else";
        }

        @Bean
        String sessionStore() {
            return "something else";
        }
    }

    // class path

    /** A dependency of the starter that an application has excluded. */
    @ParameterizedTest
    @ValueSource(strings = {"io.lettuce", "tools.jackson"})
    void failsWithASentenceWhenALibraryIsMissing(String library) {
        runner.withPropertyValues(URL)
                .withClassLoader(new FilteredClassLoader(library))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("missing from the classpath"));
    }

    /** What this module needs is what the starter brings: Lettuce, without any module of Spring Data. */
    @Test
    void needsNoSpringData() {
        runner.withPropertyValues(URL)
                .withClassLoader(new FilteredClassLoader("org.springframework.data", "org.springframework.boot.data"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SessionService.class));
    }
}
