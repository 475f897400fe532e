// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.security.SessionTokenEvaluator;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.chain.RequestSessions;
import dev.sessiontracking.security.servlet.unusual.ServletRequestReader;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.authentication.logout.LogoutHandler;

/** Makes every filter chain that is built from {@code HttpSecurity} reject tokens of ended sessions. */
@AutoConfiguration(after = {SessionTrackingAutoConfiguration.class, SessionTrackingJwtAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(RequestAuthorizationContext.class)
public final class SessionTrackingServletSecurityAutoConfiguration {

    private static final String BACK_CHANNEL_PATH = "session.tracking.back-channel-logout.path";

    private static final String LOGOUT_HANDLER = "sessionTrackingLogoutHandler";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSessionTracking
    @ImportRuntimeHints(Hints.class)
    @ConditionalOnClass({HttpSecurity.class, BearerTokenAuthenticationFilter.class, HttpServletRequest.class})
    static class On {

        @Bean
        RequestSessions<HttpServletRequest> sessionTrackingRequestSessions(SessionTokenEvaluator evaluator) {
            return new RequestSessions<>(evaluator, new ServletRequestReader());
        }

        /** A fallback bean, so that an application that injects its own logout handler by type gets its own. */
        @Bean
        @Fallback
        @ConditionalOnMissingBean(name = LOGOUT_HANDLER)
        SessionLogoutHandler sessionTrackingLogoutHandler(
                SessionChecker checker, RequestSessions<HttpServletRequest> requestSessions) {
            return new SessionLogoutHandler(checker, requestSessions);
        }

        // Ordered first, to precede a resource server that another customizer adds.
        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        @ConditionalOnMissingBean(name = "sessionTrackingHttpSecurityCustomizer")
        Customizer<HttpSecurity> sessionTrackingHttpSecurityCustomizer(
                @Qualifier(LOGOUT_HANDLER) LogoutHandler logoutHandler) {
            return http -> http.with(new SessionTrackingConfigurer(logoutHandler));
        }

        // Static and with providers only, because it is created before all other beans.
        @Bean
        static SessionFilterChains sessionTrackingFilterChains(
                ObjectProvider<SecurityContextHolderStrategy> contextHolderStrategy,
                ObjectProvider<RequestSessions<HttpServletRequest>> sessions,
                ConfigurableListableBeanFactory beans) {
            return new SessionFilterChains(
                    contextHolderStrategy, OutageExemption.create(beans.getBeanClassLoader()), sessions, beans);
        }

        @Bean
        @ConditionalOnMissingBean
        SessionAuthorization sessionTrackingSessionAuthorization(RequestSessions<HttpServletRequest> sessions) {
            return () -> (authentication, context) ->
                    sessions.requireLive(RequestToken.state(context.getRequest()), authentication.get());
        }

        @Bean
        @ConditionalOnProperty(BACK_CHANNEL_PATH)
        FilterRegistrationBean<BackChannelLogoutFilter> sessionTrackingBackChannelLogoutFilter(
                @Value("${" + BACK_CHANNEL_PATH + "}") String path,
                @Value("${spring.security.filter.order:-100}") int securityOrder,
                @Qualifier("sessionTrackingBackChannelLogout") BinaryOperator<String> receiver) {
            FilterRegistrationBean<BackChannelLogoutFilter> filter =
                    new FilterRegistrationBean<>(new BackChannelLogoutFilter(path, receiver));
            filter.addUrlPatterns(path);
            filter.setOrder(Math.max(securityOrder, Integer.MIN_VALUE + 1) - 1);
            return filter;
        }

        // Eager even with lazy initialization: no other bean needs it.
        @Bean
        @Lazy(false)
        FilterChainInventory sessionTrackingFilterChainInventory(
                ListableBeanFactory beans, ObjectProvider<FilterChainProxy> proxies) {
            return new FilterChainInventory(beans, proxies);
        }
    }

    /**
     * Stops the start if session tracking is off and a rule requires a live session. Otherwise the rule would have to
     * accept or reject everybody.
     */
    @Bean
    @ConditionalOnMissingBean
    SessionAuthorization sessionTrackingSessionAuthorization() {
        return () -> {
            throw new SessionTrackingSetupException(
                    "An authorization rule requires a live session (hasLiveSession()), but session tracking is off.",
                    "Set session.tracking.redis-url, or remove the rule.");
        };
    }

    /** The matcher of a logout filter can only be read by reflection. */
    static final class Hints implements RuntimeHintsRegistrar {

        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            hints.reflection().registerType(LogoutFilter.class, type -> type.withField(ChainLogout.MATCHER));
        }
    }
}
