// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.health.DataRedisHealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The application's own Redis is what it would be without us, whether it has one or not. */
class OtherRedisUntouchedTests {

    private static final List<Class<?>> REDIS_BEANS = List.of(
            RedisConnectionFactory.class,
            ReactiveRedisConnectionFactory.class,
            RedisOperations.class,
            HealthContributor.class,
            io.lettuce.core.resource.ClientResources.class,
            io.lettuce.core.AbstractRedisClient.class);

    private final ApplicationContextRunner with = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SessionTrackingAutoConfiguration.class, RedisSessionStoreAutoConfiguration.class))
            .withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1");

    private static final AutoConfigurations BOOT = AutoConfigurations.of(
            DataRedisAutoConfiguration.class,
            DataRedisReactiveAutoConfiguration.class,
            DataRedisRepositoriesAutoConfiguration.class,
            DataRedisHealthContributorAutoConfiguration.class);

    /** Repositories are looked for where the application is. */
    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage
    static class Application {}

    static Stream<Arguments> configurations() {
        return Stream.of(
                Arguments.of(List.of("unrelated=true")),
                Arguments.of(List.of("spring.data.redis.host=cache.example.com", "spring.data.redis.port=7000")),
                Arguments.of(List.of("spring.data.redis.url=redis://:secret@cache.example.com:7000/5")),
                Arguments.of(List.of("spring.data.redis.cluster.nodes=a.example.com:1,b.example.com:2")));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void beansAreTheSame(List<String> configured) {
        String[] properties = configured.toArray(String[]::new);
        ApplicationContextRunner without = new ApplicationContextRunner()
                .withConfiguration(BOOT)
                .withUserConfiguration(Application.class)
                .withPropertyValues(properties);
        without.run(expected -> with.withConfiguration(BOOT)
                .withUserConfiguration(Application.class)
                .withPropertyValues(properties)
                .run(actual -> {
                    assertThat(actual).hasNotFailed().hasSingleBean(SessionService.class);
                    assertThat(redisBeans(actual)).isEqualTo(redisBeans(expected));
                    assertThat(address(actual)).isEqualTo(address(expected));
                }));
    }

    @Test
    void applicationWithoutRedisGetsNoRedisBeans() {
        with.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(redisBeans(context)).isEmpty();
        });
    }

    @Test
    void applicationWithRedisButWithoutTrackingIsUntouched() {
        ApplicationContextRunner boot =
                new ApplicationContextRunner().withConfiguration(BOOT).withUserConfiguration(Application.class);
        boot.run(expected -> with.withConfiguration(BOOT)
                .withUserConfiguration(Application.class)
                .withPropertyValues("session.tracking.redis-url=")
                .run(actual -> assertThat(redisBeans(actual)).isEqualTo(redisBeans(expected))));
    }

    @Test
    void templateOfTheApplicationUsesItsOwnConnectionFactory() {
        with.withConfiguration(BOOT)
                .withUserConfiguration(Application.class)
                .run(context -> assertThat(
                                context.getBean(StringRedisTemplate.class).getConnectionFactory())
                        .isSameAs(context.getBean(RedisConnectionFactory.class)));
    }

    private static Map<String, Class<?>> redisBeans(ApplicationContext context) {
        Map<String, Class<?>> beans = new TreeMap<>();
        for (Class<?> type : REDIS_BEANS) {
            for (String name : context.getBeanNamesForType(type)) {
                beans.put(name, context.getType(name));
            }
        }
        return beans;
    }

    private static String address(ApplicationContext context) {
        LettuceConnectionFactory factory = context.getBean(LettuceConnectionFactory.class);
        return factory.getHostName() + ":" + factory.getPort() + "/" + factory.getDatabase() + " "
                + factory.isClusterAware() + " " + factory.getTimeout();
    }
}
