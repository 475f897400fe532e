package dev.sessiontracking.security.servlet;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.context.SecurityContextRepository;

/**
 * Adds the session checks and the logout of bearer clients to one chain. Applied before the application's own
 * configuration, so that its {@code init} runs before that of the resource server.
 */
final class SessionTrackingConfigurer extends AbstractHttpConfigurer<SessionTrackingConfigurer, HttpSecurity> {

    private final SessionEnforcer enforcer;

    private final LogoutHandler logoutHandler;

    private final OutageExemption exemption;

    private final ChainAuthentication chain = new ChainAuthentication();

    SessionTrackingConfigurer(SessionEnforcer enforcer, LogoutHandler logoutHandler, OutageExemption exemption) {
        this.enforcer = enforcer;
        this.exemption = exemption;
        this.logoutHandler = logoutHandler;
    }

    @Override
    public void init(HttpSecurity http) {
        OAuth2ResourceServerConfigurer<HttpSecurity> resourceServer = resourceServer(http);
        if (resourceServer != null) {
            http.authenticationProvider(new BearerTokenRecorder(enforcer::isOursByText));
            resourceServer.withObjectPostProcessor(new JwtProviderCapture());
            resourceServer.withObjectPostProcessor(new BearerFilterCapture());
            resourceServer.withObjectPostProcessor(new DPoPFilterCapture());
        }
        logout(http);
    }

    @Override
    public void configure(HttpSecurity http) {
        SecurityContextHolderStrategy strategy = getSecurityContextHolderStrategy();
        http.addFilterAfter(new SessionGuardFilter(chain, strategy, exemption), SecurityContextHolderFilter.class);
        http.addFilterAfter(new SessionCheckFilter(enforcer, chain, strategy), BearerTokenAuthenticationFilter.class);
        http.addFilterAfter(new SessionCheckFilter(enforcer, chain, strategy), AuthenticationFilter.class);
        http.addFilterBefore(
                new LastCheckFilter(enforcer, chain, strategy, http.getSharedObject(SecurityContextRepository.class)),
                AuthorizationFilter.class);
    }

    @SuppressWarnings("unchecked")
    private void logout(HttpSecurity http) {
        LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
        if (logout == null) {
            return;
        }
        if (!logout.getLogoutHandlers().contains(logoutHandler)) {
            logout.addLogoutHandler(logoutHandler);
        }
        logout.defaultLogoutSuccessHandlerFor(
                (request, response, authentication) -> response.setStatus(HttpStatus.NO_CONTENT.value()),
                SessionLogoutHandler::hasLoggedOutToken);
    }

    @SuppressWarnings("unchecked")
    private static OAuth2ResourceServerConfigurer<HttpSecurity> resourceServer(HttpSecurity http) {
        return http.getConfigurer(OAuth2ResourceServerConfigurer.class);
    }

    private final class JwtProviderCapture implements ObjectPostProcessor<JwtAuthenticationProvider> {

        @Override
        public <O extends JwtAuthenticationProvider> O postProcess(O provider) {
            chain.verifiesJwts();
            return provider;
        }
    }

    /** Runs last, to see the filter as it goes into the chain. */
    private final class BearerFilterCapture implements ObjectPostProcessor<BearerTokenAuthenticationFilter>, Ordered {

        @Override
        public <O extends BearerTokenAuthenticationFilter> O postProcess(O filter) {
            chain.bearerFilter(filter, getSecurityContextHolderStrategy());
            return filter;
        }

        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE;
        }
    }

    /** The DPoP filter is the only one of its type that a resource server makes. */
    private final class DPoPFilterCapture implements ObjectPostProcessor<AuthenticationFilter>, Ordered {

        @Override
        public <O extends AuthenticationFilter> O postProcess(O filter) {
            chain.dpopFilter(filter);
            return filter;
        }

        @Override
        public int getOrder() {
            return LOWEST_PRECEDENCE;
        }
    }
}
