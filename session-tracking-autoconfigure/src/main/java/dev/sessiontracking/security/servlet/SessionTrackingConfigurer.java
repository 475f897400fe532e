// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.chain.ChainTraits.Tokens;
import dev.sessiontracking.security.servlet.unusual.PresentedTokenRecorder;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.security.web.context.SecurityContextHolderFilter;

/**
 * The part of the set-up that happens while a chain is configured: it adds the logout handler, and records how the
 * chain authenticates tokens. {@link SessionFilterChains} adds the checks to the finished chain.
 *
 * <p>Applied before the configuration of the application, so that it always precedes the resource server.
 */
final class SessionTrackingConfigurer extends AbstractHttpConfigurer<SessionTrackingConfigurer, HttpSecurity> {

    private final LogoutHandler logoutHandler;

    SessionTrackingConfigurer(LogoutHandler logoutHandler) {
        this.logoutHandler = logoutHandler;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void init(HttpSecurity http) {
        LogoutConfigurer<HttpSecurity> logout = http.getConfigurer(LogoutConfigurer.class);
        if (logout == null) {
            return;
        }
        if (!logout.getLogoutHandlers().contains(logoutHandler)) {
            logout.addLogoutHandler(logoutHandler);
        }
        if (logoutHandler instanceof SessionLogoutHandler ours) {
            // Before those of the application, which must not log anybody out with such a token.
            logout.getLogoutHandlers().add(0, ours::refuse);
        }
        logout.defaultLogoutSuccessHandlerFor(
                (request, response, authentication) -> SessionLogoutHandler.respond(request, response),
                SessionLogoutHandler::hasLoggedOutToken);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void configure(HttpSecurity http) {
        Tokens tokens = Tokens.NONE;
        if (http.getConfigurer(OAuth2ResourceServerConfigurer.class) != null) {
            AuthenticationManager manager = http.getSharedObject(AuthenticationManager.class);
            if (manager != null) {
                http.setSharedObject(AuthenticationManager.class, new PresentedTokenRecorder(manager));
            }
            tokens = tokens(http);
        }
        http.addFilterAfter(new Marker(tokens), SecurityContextHolderFilter.class);
    }

    private static Tokens tokens(HttpSecurity http) {
        ProviderManager manager = providers(http);
        if (manager == null) {
            return Tokens.CUSTOM;
        }
        if (manager.getProviders().stream().anyMatch(JwtAuthenticationProvider.class::isInstance)) {
            return Tokens.JWT;
        }
        return manager.getProviders().stream().anyMatch(OpaqueTokenAuthenticationProvider.class::isInstance)
                ? Tokens.OPAQUE
                : Tokens.CUSTOM;
    }

    /** The authentication manager of the chain, without the wrapper of the observation support. */
    private static @Nullable ProviderManager providers(HttpSecurity http) {
        try {
            return http.getSharedObject(AuthenticationManagerBuilder.class).getObject() instanceof ProviderManager own
                    ? own
                    : null;
        } catch (IllegalStateException notBuilt) {
            // The application has set a manager for the whole chain.
            return null;
        }
    }

    /** Passes the recorded information to the finished chain, which is then replaced. */
    record Marker(Tokens tokens) implements Filter {

        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(request, response);
        }
    }
}
