// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.spi.CachingReader;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.spi.SessionListener.PrincipalSource;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.spi.SessionStore.Providers;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The session service, tracked when there is a store and plain JWT when there is none: an application can inject
 * {@link SessionService} either way.
 */
@AutoConfiguration(afterName = "dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration")
@EnableConfigurationProperties({
    SessionTrackingProperties.class,
    RefreshProperties.class,
    RevocationProperties.class,
    MetadataProperties.class,
    LimitProperties.class
})
public final class SessionTrackingAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSessionTracking
    static class On {

        /**
         * Conditions are frozen when an application is processed ahead of time: to switch it off afterwards would be
         * ignored. A bean factory post-processor runs in every start, and before anything is connected.
         */
        @Bean
        static BeanFactoryPostProcessor sessionTrackingSwitchGuard(Environment environment) {
            return beanFactory -> {
                if (TrackingSwitch.of(environment, null) == TrackingSwitch.OFF_BY_PROPERTY) {
                    throw new SessionTrackingSetupException(
                            "session.tracking.enabled=false has no effect: this application was processed ahead"
                                    + " of time with session tracking on.",
                            "Process the application ahead of time with session.tracking.enabled=false, or"
                                    + " remove the property.");
                }
            };
        }

        @Bean
        @ConditionalOnMissingBean
        SessionTracking sessionTracking(
                ObjectProvider<SessionStore> stores,
                ObjectProvider<CachingReader> tracked,
                ObjectProvider<SessionListener> listeners,
                ObjectProvider<StoreObserver> observer,
                ObjectProvider<PrincipalSource> principals,
                SessionTrackingProperties properties,
                RefreshProperties refresh,
                RevocationProperties revocation,
                MetadataProperties metadata,
                LimitProperties limit,
                ObjectProvider<Providers> identityProviders) {
            SessionStore store = stores.getIfAvailable(On::noStore);
            Providers providers = identityProviders.getIfAvailable(() -> Providers.NONE);
            if (providers.exist() && !store.recordsFirstUse()) {
                throw new SessionTrackingSetupException(
                        "session.tracking.issuers has an issuer with registration=first-use, but this store does not record"
                                + " the first use of sessions: user indexes are sets, or the SessionStore is one of the"
                                + " application.",
                        "Set session.tracking.user-index-type=zset, or registration=explicit.");
            }
            Duration retention = revocation.retention();
            Settings settings = new Settings(
                    properties.mode(),
                    properties.outagePolicy(),
                    properties.lifetimes(refresh),
                    retention == null ? properties.ttl() : retention,
                    revocation.maximumRemembered(),
                    metadata::apply,
                    limit.limit(store),
                    providers);
            return new SessionTracking(
                    store,
                    tracked.getIfAvailable(),
                    settings,
                    Clock.systemUTC(),
                    new SessionTracking.Collaborators(
                            () -> listeners.orderedStream().toList(),
                            observer.getIfAvailable(() -> StoreObserver.NO_OP),
                            principals.getIfAvailable(() -> PrincipalSource.NONE)));
        }

        private static SessionStore noStore() {
            throw new SessionTrackingSetupException(
                    "Session tracking is on, but there is no store for the sessions: Lettuce or jackson-core (tools.jackson)"
                            + " is missing from the classpath.",
                    "Depend on session-tracking-starter and exclude none of its dependencies, or define a"
                            + " SessionStore bean.");
        }

        @Bean
        SpringEvents sessionTrackingSpringEvents(ApplicationEventPublisher publisher) {
            return new SpringEvents(publisher);
        }

        /** A thread of the engine that made beans meanwhile could meet the one that starts the application. */
        @Bean
        SmartInitializingSingleton sessionTrackingListenersAreReady(SessionTracking tracking) {
            return tracking::listenersAreReady;
        }

        @Bean
        @ConditionalOnMissingBean
        RejectionSink sessionTrackingRejectionReport(SessionTracking tracking) {
            return tracking.rejections();
        }

        @Bean
        StartupSummary sessionTrackingStartReport(SessionTracking tracking, ObjectProvider<FilterChains> protection) {
            return new StartupSummary(tracking, protection);
        }

        @Bean
        @ConditionalOnMissingBean
        SessionService sessionTrackingSessionService(SessionTracking tracking) {
            return tracking.service();
        }

        @Bean
        @ConditionalOnMissingBean
        SessionTokens sessionTrackingSessionTokens(SessionTracking tracking, Environment environment) {
            return tracking.tokens(userIdClaim(environment));
        }

        @Bean
        @ConditionalOnMissingBean
        SessionChecker sessionTrackingSessionChecker(SessionTracking tracking) {
            return tracking.checker();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Conditional(OnSessionTrackingCondition.Off.class)
    static class Off {

        @Bean
        @ConditionalOnMissingBean
        SessionService sessionTrackingSessionService(SessionTrackingProperties properties, RefreshProperties refresh) {
            return SessionTracking.off(properties.lifetimes(refresh), Clock.systemUTC())
                    .service();
        }

        @Bean
        @ConditionalOnMissingBean
        SessionTokens sessionTrackingSessionTokens(
                SessionTrackingProperties properties, RefreshProperties refresh, Environment environment) {
            return SessionTracking.off(properties.lifetimes(refresh), Clock.systemUTC())
                    .tokens(userIdClaim(environment));
        }

        @Bean
        TrackingOffGuard sessionTrackingOffReport(
                Environment environment, ListableBeanFactory beans, SessionTrackingProperties properties) {
            return new TrackingOffGuard(TrackingSwitch.of(environment, beans), properties.outagePolicy());
        }
    }

    /** Its properties are bound only where Spring Security is. */
    private static String userIdClaim(Environment environment) {
        String claim = environment.getProperty("session.tracking.jwt.user-id-claim");
        return StringUtils.hasText(claim) ? claim : "sub";
    }
}
