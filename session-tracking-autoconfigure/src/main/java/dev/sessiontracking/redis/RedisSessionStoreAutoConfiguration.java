package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionStore;
import dev.sessiontracking.core.TrackedReader;
import io.lettuce.core.RedisClient;
import java.time.Clock;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
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
@EnableConfigurationProperties({RedisProperties.class, NearCacheProperties.class})
public final class RedisSessionStoreAutoConfiguration {

    @Bean
    RedisConnector sessionTrackingRedisConnector(RedisProperties properties) {
        String url = properties.redisUrl();
        if (!StringUtils.hasText(url)) {
            throw new SessionTrackingSetupException(
                    "This application was processed ahead of time with session tracking on, but"
                            + " session.tracking.redis-url is not set now.",
                    "Set session.tracking.redis-url, or process the application again without it.");
        }
        return new RedisConnector(RedisUrl.parse(url), properties);
    }

    @Bean(initMethod = "start")
    RedisLink sessionTrackingRedisLink(RedisConnector sessionTrackingRedisConnector, RedisProperties properties) {
        return new RedisLink(sessionTrackingRedisConnector, new RedisKeys(properties.keyPrefix()).heartbeat());
    }

    @Bean
    SessionStore sessionTrackingSessionStore(RedisLink sessionTrackingRedisLink, RedisProperties properties) {
        return new RedisSessionStore(
                sessionTrackingRedisLink, new RedisKeys(properties.keyPrefix()), Clock.systemUTC());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "session.tracking.near-cache.enabled", matchIfMissing = true)
    TrackedReader sessionTrackingTrackedReader(
            RedisLink sessionTrackingRedisLink,
            SessionStore sessionTrackingSessionStore,
            RedisProperties properties,
            NearCacheProperties nearCache) {
        return sessionTrackingRedisLink.track(
                new RedisKeys(properties.keyPrefix()), nearCache, sessionTrackingSessionStore::exists);
    }
}
