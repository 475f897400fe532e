package dev.sessiontracking.security.servlet;

import dev.sessiontracking.autoconfigure.ConditionalOnSessionTracking;
import dev.sessiontracking.core.SessionChecker;
import dev.sessiontracking.security.SessionTokenEvaluator;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutHandler;

/** Makes every filter chain that is built from {@code HttpSecurity} refuse tokens of sessions that have ended. */
@AutoConfiguration(
        after = SessionTrackingJwtAutoConfiguration.class,
        afterName = SessionTrackingServletSecurityAutoConfiguration.ENGINE)
@ConditionalOnSessionTracking
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({HttpSecurity.class, BearerTokenAuthenticationFilter.class, HttpServletRequest.class})
public final class SessionTrackingServletSecurityAutoConfiguration {

    static final String ENGINE = "dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration";

    private static final String LOGOUT_HANDLER = "sessionTrackingLogoutHandler";

    @Bean
    SessionEnforcer sessionTrackingEnforcer(SessionTokenEvaluator judge) {
        return new SessionEnforcer(judge);
    }

    /** A fallback, so that an application which injects its own logout handler by type still gets that one. */
    @Bean
    @Fallback
    @ConditionalOnMissingBean(name = LOGOUT_HANDLER)
    SessionLogoutHandler sessionTrackingLogoutHandler(
            SessionChecker checker,
            SessionEnforcer enforcer,
            ObjectProvider<SecurityContextHolderStrategy> contextHolderStrategy) {
        SecurityContextHolderStrategy strategy =
                contextHolderStrategy.getIfUnique(SecurityContextHolder::getContextHolderStrategy);
        return new SessionLogoutHandler(checker, enforcer, new TokenReplay(enforcer, strategy));
    }

    @Bean
    @ConditionalOnMissingBean(name = "sessionTrackingHttpSecurityCustomizer")
    Customizer<HttpSecurity> sessionTrackingHttpSecurityCustomizer(
            SessionEnforcer enforcer, @Qualifier(LOGOUT_HANDLER) LogoutHandler logoutHandler, Environment environment) {
        OutageExemption exemption = new OutageExemption(environment, getClass().getClassLoader());
        return http -> http.with(new SessionTrackingConfigurer(enforcer, logoutHandler, exemption));
    }

    @Bean
    @ConditionalOnMissingBean
    SessionAuthorization sessionTrackingSessionAuthorization(SessionEnforcer enforcer) {
        return new LiveSessionAuthorization(enforcer);
    }

    // Eager even with lazy initialization: nobody asks for it.
    @Bean
    @Lazy(false)
    ProtectedChains sessionTrackingProtectedChains(
            ObjectProvider<SecurityFilterChain> chains, ObjectProvider<FilterChainProxy> proxies) {
        return new ProtectedChains(chains, proxies);
    }
}
