// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Uses the Redis of {@code spring.data.redis.*}, on separate connections, if {@code
 * session.tracking.use-spring-data-redis} is true.
 */
@AutoConfiguration(
        afterName = SpringDataRedisConnectionAutoConfiguration.BOOT,
        beforeName = {
            "dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration",
            "dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration"
        })
@ConditionalOnBooleanProperty(SpringDataRedisConnectionAutoConfiguration.PROPERTY)
public final class SpringDataRedisConnectionAutoConfiguration {

    static final String BOOT = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration";

    static final String PROPERTY = "session.tracking.use-spring-data-redis";

    private static final String DETAILS =
            "org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails";

    private static SessionTrackingSetupException missing() {
        return new SessionTrackingSetupException(
                PROPERTY + " is true, but Spring Boot has not configured a Redis connection (no"
                        + " DataRedisConnectionDetails bean).",
                "Add spring-boot-starter-data-redis and set spring.data.redis.*, or set session.tracking.redis-url"
                        + " instead.");
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = DETAILS)
    static class Present {

        @Bean
        @ConditionalOnMissingBean
        SessionTrackingConnectionDetails sessionTrackingConnectionDetails(
                Environment environment, ObjectProvider<DataRedisConnectionDetails> details) {
            if (StringUtils.hasText(environment.getProperty("session.tracking.redis-url"))) {
                throw new SessionTrackingSetupException(
                        PROPERTY + " is true, but session.tracking.redis-url is set too.",
                        "Remove one of the two. With the URL, session tracking uses its own server. With the other"
                                + " property, it uses the server of spring.data.redis.*.");
            }
            return new SpringDataRedisConnectionDetails(
                    details.stream().findFirst().orElseThrow(() -> missing()));
        }
    }

    /** Without the module, the property must not be ignored silently. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass(DETAILS)
    static class Absent {

        @Bean
        @ConditionalOnMissingBean
        SessionTrackingConnectionDetails sessionTrackingConnectionDetails() {
            throw missing();
        }
    }
}
