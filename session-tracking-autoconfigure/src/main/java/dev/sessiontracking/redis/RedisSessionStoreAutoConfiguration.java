package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionStore;
import io.lettuce.core.RedisClient;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * Keeps sessions in the Redis of {@code session.tracking.redis-url}. The connection is our own: the application's
 * connection factories, templates and health are not touched.
 */
@AutoConfiguration
@ConditionalOnSessionTracking
@ConditionalOnClass({RedisClient.class, LettuceConnectionFactory.class})
@ConditionalOnMissingBean(SessionStore.class)
@EnableConfigurationProperties(RedisProperties.class)
public final class RedisSessionStoreAutoConfiguration {

    @Bean(initMethod = "start")
    RedisLink sessionTrackingRedisLink(RedisProperties properties) {
        String url = properties.redisUrl();
        if (!StringUtils.hasText(url)) {
            throw new SessionTrackingSetupException(
                    "This application was processed ahead of time with session tracking on, but"
                            + " session.tracking.redis-url is not set now.",
                    "Set session.tracking.redis-url, or process the application again without it.");
        }
        return new RedisLink(RedisUrl.parse(url), properties);
    }

    @Bean
    SessionStore sessionTrackingSessionStore(RedisLink sessionTrackingRedisLink, RedisProperties properties) {
        return new RedisSessionStore(
                sessionTrackingRedisLink::commands, new RedisKeys(properties.keyPrefix()), Clock.systemUTC());
    }
}
