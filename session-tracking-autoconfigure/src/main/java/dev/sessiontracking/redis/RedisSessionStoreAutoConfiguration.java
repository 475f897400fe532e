// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisLogins;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.redis.connection.SentinelProperties;
import dev.sessiontracking.redis.connection.Topology;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.nearcache.NearCacheProperties;
import dev.sessiontracking.redis.nearcache.NearCaches;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.SessionStore;
import io.lettuce.core.RedisClient;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.Environment;
import tools.jackson.core.JsonParser;

/**
 * Stores sessions in the Redis of {@code session.tracking.redis-url}, on separate connections. Connection factories,
 * templates and health of the application are not changed.
 */
@AutoConfiguration
@ConditionalOnSessionTracking
@ConditionalOnClass({RedisClient.class, JsonParser.class})
@ConditionalOnMissingBean(SessionStore.class)
@ImportRuntimeHints(RedisScriptHints.class)
@EnableConfigurationProperties({
    RedisProperties.class,
    SentinelProperties.class,
    SslProperties.class,
    NearCacheProperties.class,
    FeedProperties.class
})
public final class RedisSessionStoreAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    SessionTrackingConnectionDetails sessionTrackingConnectionDetails(
            RedisProperties properties,
            SentinelProperties sentinel,
            SslProperties ssl,
            ObjectProvider<SslBundles> bundles) {
        return new PropertiesConnectionDetails(properties, sentinel, ssl, bundles.getIfAvailable());
    }

    @Bean
    RedisLink sessionTrackingRedisLink(SessionTrackingConnectionDetails connectionDetails, RedisProperties properties) {
        RedisUrl url = RedisUrl.parse(connectionDetails.redisUrl());
        SslBundle bundle = connectionDetails.sslBundle();
        if (bundle != null && !url.tls()) {
            throw new SessionTrackingSetupException(
                    "session.tracking.ssl.bundle is set, but session.tracking.redis-url uses connections"
                            + " without encryption.",
                    "Use rediss:// in session.tracking.redis-url, for example rediss://:password@host:6379, or"
                            + " remove session.tracking.ssl.bundle.");
        }
        SentinelProperties sentinelLogin =
                new SentinelProperties(connectionDetails.sentinelUsername(), connectionDetails.sentinelPassword());
        if (sentinelLogin.password() != null && url.topology() != Topology.SENTINEL) {
            throw new SessionTrackingSetupException(
                    "session.tracking.sentinel.password is set, but session.tracking.redis-url has no sentinels.",
                    "Use redis-sentinel:// in session.tracking.redis-url, or remove"
                            + " session.tracking.sentinel.password. The password of a Redis server belongs into the"
                            + " URL: redis://:password@host:6379.");
        }
        RedisConnector connector = new RedisConnector(
                url,
                properties,
                connectionDetails instanceof PropertiesConnectionDetails
                        ? RedisLogins.fixed(url, sentinelLogin)
                        : RedisLogins.of(connectionDetails),
                bundle,
                null);
        return new RedisLink(connector, new RedisKeys(properties.keyPrefix()).heartbeat());
    }

    /**
     * Connects when all beans exist. Earlier, loading the client would compete with their creation for the processor. A
     * request that comes earlier connects.
     */
    @Bean
    FirstConnect sessionTrackingFirstConnect(RedisLink sessionTrackingRedisLink) {
        return new FirstConnect(sessionTrackingRedisLink);
    }

    @Bean
    SessionStore sessionTrackingSessionStore(
            RedisLink sessionTrackingRedisLink,
            RedisProperties properties,
            FeedProperties feed,
            Environment environment) {
        RedisKeys keys = new RedisKeys(properties.keyPrefix());
        return new RedisSessionStore(
                sessionTrackingRedisLink,
                keys,
                properties.userIndexType(),
                feed.enabled() ? new FeedWriter(sessionTrackingRedisLink, keys, retention(environment)) : null,
                Clock.systemUTC());
    }

    /** Checks the property again, because ahead-of-time processing fixes the condition at build time. */
    @Bean
    @ConditionalOnBooleanProperty(name = "session.tracking.near-cache.enabled", matchIfMissing = true)
    @Nullable
    CachingReader sessionTrackingTrackedReader(
            RedisLink sessionTrackingRedisLink,
            SessionStore sessionTrackingSessionStore,
            RedisProperties properties,
            NearCacheProperties nearCache,
            FeedProperties feed,
            Environment environment) {
        return nearCache.enabled()
                ? new NearCaches(
                        sessionTrackingRedisLink,
                        new RedisKeys(properties.keyPrefix()),
                        nearCache,
                        feed.enabled() ? retention(environment) : null,
                        sessionTrackingSessionStore::exists)
                : null;
    }

    /** How long a revocation can matter: the properties of the denylist are bound elsewhere. */
    private static Duration retention(Environment environment) {
        Binder binder = Binder.get(environment);
        return binder.bind("session.tracking.revocation.retention", Duration.class)
                .orElseGet(() ->
                        binder.bind("session.tracking.ttl", Duration.class).orElse(Duration.ofDays(7)));
    }

    /** Also receives the events of child contexts, which change nothing. */
    static final class FirstConnect implements ApplicationListener<ContextRefreshedEvent> {

        private final RedisLink link;

        FirstConnect(RedisLink link) {
            this.link = link;
        }

        @Override
        public void onApplicationEvent(ContextRefreshedEvent event) {
            link.connect();
        }
    }
}
