// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.starter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/** The starter leaves the application's repositories alone: it adds no second module of Spring Data. */
class OtherRepositoriesTests {

    @Test
    void entityWithoutAnnotationKeepsItsRepository() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("session.tracking.redis-url=redis://127.0.0.1:1")
                .run()) {
            assertThat(context.getBean(CustomerRepository.class).count()).isZero();
            assertThat(context.getBean(SessionService.class)).isNotNull();
        }
    }

    @Test
    void starterBringsLettuceButNotSpringDataRedis() {
        assertThat(ClassUtils.isPresent("io.lettuce.core.RedisClient", null)).isTrue();
        assertThat(ClassUtils.isPresent("org.springframework.data.redis.core.RedisOperations", null))
                .isFalse();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}
