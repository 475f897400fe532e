// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import dev.sessiontracking.ReactiveSessionService;
import dev.sessiontracking.ReactiveSessionTokens;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.security.SessionTokenEvaluator;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import dev.sessiontracking.security.chain.RequestSessions;
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
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.ObservationReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.web.server.BearerTokenServerAuthenticationEntryPoint;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterChainProxy;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.security.web.server.context.ReactorContextWebFilter;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.server.WebFilter;

/**
 * Makes every filter chain of a WebFlux application reject tokens of ended sessions, and adds what such an application
 * injects.
 */
@AutoConfiguration(after = {SessionTrackingAutoConfiguration.class, SessionTrackingJwtAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({AuthorizationContext.class, BearerTokenServerAuthenticationEntryPoint.class})
public final class SessionTrackingReactiveSecurityAutoConfiguration {

    private static final String BACK_CHANNEL_PATH = "session.tracking.back-channel-logout.path";

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnSessionTracking
    @ImportRuntimeHints(Hints.class)
    @ConditionalOnClass({SecurityWebFilterChain.class, JwtReactiveAuthenticationManager.class, DispatcherHandler.class})
    static class On {

        @Bean
        RequestSessions<ServerWebExchange> sessionTrackingExchangeSessions(SessionTokenEvaluator evaluator) {
            return new RequestSessions<>(evaluator, new ExchangeReader());
        }

        @Bean
        SessionServerLogoutHandler sessionTrackingServerLogoutHandler(
                SessionChecker checker, RequestSessions<ServerWebExchange> sessions) {
            return new SessionServerLogoutHandler(checker, sessions);
        }

        // Static and with providers only, because it is created before all other beans.
        @Bean
        static SessionWebFilterChains sessionTrackingWebFilterChains(
                ObjectProvider<RequestSessions<ServerWebExchange>> sessions,
                ObjectProvider<SessionServerLogoutHandler> logoutHandler,
                ConfigurableListableBeanFactory beans) {
            return new SessionWebFilterChains(
                    sessions,
                    logoutHandler,
                    ReactiveOutageExemption.create(beans.getBeanClassLoader()),
                    () -> WebFilterKinds.haveOwn(beans));
        }

        // The last filter, because it has the lowest precedence and is defined after the beans of the application.
        // No bean at all if the application has no filters: each filter costs time in each request.
        @Bean
        @Order
        @Nullable
        WebFilter sessionTrackingLastCheck(SessionWebFilterChains chains, ListableBeanFactory beans) {
            return WebFilterKinds.haveOwn(beans) ? chains.behindChains() : null;
        }

        @Bean
        @ConditionalOnMissingBean
        ReactiveSessionAuthorization sessionTrackingReactiveSessionAuthorization(
                RequestSessions<ServerWebExchange> sessions) {
            return new LiveSessionReactiveAuthorization(sessions);
        }

        @Bean
        @ConditionalOnProperty(BACK_CHANNEL_PATH)
        BackChannelLogoutWebFilter sessionTrackingBackChannelLogoutWebFilter(
                @Value("${" + BACK_CHANNEL_PATH + "}") String path,
                @Qualifier("sessionTrackingBackChannelLogout") BinaryOperator<String> receiver) {
            return new BackChannelLogoutWebFilter(path, receiver);
        }

        // Eager even with lazy initialization: no other bean needs it.
        @Bean
        @Lazy(false)
        WebFilterChainInventory sessionTrackingWebFilterChainInventory(ListableBeanFactory beans) {
            return new WebFilterChainInventory(beans);
        }
    }

    @Bean
    @ConditionalOnBean(SessionService.class)
    @ConditionalOnMissingBean
    ReactiveSessionService sessionTrackingReactiveSessionService(
            SessionService service, ObjectProvider<SessionTracking> tracking) {
        SessionTracking engine = tracking.getIfAvailable();
        return new NonBlockingSessions(
                service, engine != null && engine.service() == service ? engine.checker() : null);
    }

    @Bean
    @ConditionalOnBean(SessionTokens.class)
    @ConditionalOnMissingBean
    ReactiveSessionTokens sessionTrackingReactiveSessionTokens(SessionTokens tokens) {
        return new NonBlockingTokens(tokens);
    }

    /** Stops the start if session tracking is off and a rule requires a live session. */
    @Bean
    @ConditionalOnMissingBean
    ReactiveSessionAuthorization sessionTrackingReactiveSessionAuthorization() {
        return () -> {
            throw new SessionTrackingSetupException(
                    "An authorization rule requires a live session (hasLiveSession()), but session tracking is off.",
                    "Set session.tracking.redis-url, or remove the rule.");
        };
    }

    /**
     * Responds where no filter of a chain has: to a failure of the application's own authentication, for example, and to a
     * login that is too old while session tracking is off.
     */
    @Bean
    WebExceptionHandler sessionTrackingFailureResponse() {
        return new ExchangeRejections(ExchangeRejections.BEARER);
    }

    /** Settings of filters that can only be read by reflection. */
    static final class Hints implements RuntimeHintsRegistrar {

        @Override
        public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
            register(
                    hints,
                    AuthenticationWebFilter.class,
                    WebFilterKinds.CONVERTER,
                    WebFilterKinds.SUCCESS_HANDLER,
                    WebFilterKinds.FAILURE_HANDLER,
                    WebFilterKinds.MANAGERS,
                    WebFilterKinds.REPOSITORY);
            register(hints, ReactorContextWebFilter.class, WebFilterKinds.CONTEXTS);
            register(hints, MatcherSecurityWebFilterChain.class, SessionWebFilterChains.MATCHER);
            register(hints, WebFilterChainProxy.class, WebFilterChainInventory.CHAINS);
            register(hints, ObservationReactiveAuthenticationManager.class, WebFilterKinds.DELEGATE);
            register(hints, ServerAuthenticationEntryPointFailureHandler.class, WebFilterKinds.ENTRY_POINT);
            register(hints, LogoutWebFilter.class, ChainLogout.HANDLER, ChainLogout.SUCCESS_HANDLER);
        }

        private static void register(RuntimeHints hints, Class<?> type, String... fields) {
            for (String field : fields) {
                hints.reflection().registerType(type, members -> members.withField(field));
            }
        }
    }
}
