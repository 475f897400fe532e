// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Configurations of {@link Shape} with filters of the application. */
class FilterShapes {

    private FilterShapes() {}

    /** Replaces the authentication once it is there, which hides the token even from a custom manager's result. */
    @Configuration(proxyBeanMethods = false)
    static class HidingFilterAfterwards {

        static class Enricher extends OncePerRequestFilter {

            @Override
            protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                    throws ServletException, IOException {
                Authentication authentication =
                        SecurityContextHolder.getContext().getAuthentication();
                if (authentication instanceof JwtAuthenticationToken token) {
                    SecurityContext context = SecurityContextHolder.createEmptyContext();
                    context.setAuthentication(ShapeConfigurations.HidingConverter.hide(token.getToken()));
                    SecurityContextHolder.setContext(context);
                }
                chain.doFilter(request, response);
            }
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            AuthenticationManager manager =
                    new ProviderManager(new JwtAuthenticationProvider(ShapeConfigurations.decoder()));
            return InterferingShapes.authenticated(http)
                    .addFilterAfter(new Enricher(), BearerTokenAuthenticationFilter.class)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.authenticationManager(manager)))
                    .build();
        }
    }

    static class TokenFilter extends OncePerRequestFilter {

        private final JwtDecoder decoder = ShapeConfigurations.decoder();

        private final boolean mutate;

        TokenFilter(boolean mutate) {
            this.mutate = mutate;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            String header = request.getHeader("Authorization");
            if (header != null) {
                try {
                    authenticate(new JwtAuthenticationToken(decoder.decode(header.substring(7)), List.of()));
                } catch (org.springframework.security.oauth2.jwt.JwtException refused) {
                    response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                    response.setStatus(401);
                    return;
                }
            }
            chain.doFilter(request, response);
        }

        private void authenticate(Authentication authentication) {
            if (mutate) {
                SecurityContextHolder.getContext().setAuthentication(authentication);
                return;
            }
            SecurityContext context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(authentication);
            SecurityContextHolder.setContext(context);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HandWrittenFilter {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(new TokenFilter(false), LogoutFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class MutatingFilter {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(new TokenFilter(true), LogoutFilter.class)
                    .build();
        }
    }

    /** Answers for whomever it finds authenticated, as filters for tenants, audits or caches do. */
    static class AnsweringFilter extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
            if (authentication == null || authentication instanceof AnonymousAuthenticationToken) {
                chain.doFilter(request, response);
            } else {
                response.getWriter().write(authentication.getName());
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AnsweringFilterBehind {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.resourceServer(http)
                    .addFilterAfter(new AnsweringFilter(), BearerTokenAuthenticationFilter.class)
                    .build();
        }
    }

    /** Everything in one try, and every exception to the application's handlers. */
    static class CatchingFilter extends OncePerRequestFilter {

        private final JwtDecoder decoder = ShapeConfigurations.decoder();

        private final HandlerExceptionResolver resolver;

        CatchingFilter(HandlerExceptionResolver resolver) {
            this.resolver = resolver;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
            try {
                String header = request.getHeader("Authorization");
                if (header != null) {
                    SecurityContextHolder.getContext()
                            .setAuthentication(
                                    new JwtAuthenticationToken(decoder.decode(header.substring(7)), List.of()));
                }
                chain.doFilter(request, response);
            } catch (JwtException bad) {
                response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                response.setStatus(401);
            } catch (Exception any) {
                resolver.resolveException(request, response, null, any);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Catching {

        @Bean
        SecurityFilterChain chain(
                HttpSecurity http, @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver)
                throws Exception {
            return InterferingShapes.authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(new CatchingFilter(resolver), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ExceptionFilterInFront {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.resourceServer(http)
                    .addFilterBefore(
                            (request, response, chain) -> {
                                try {
                                    chain.doFilter(request, response);
                                } catch (Exception any) {
                                    ((HttpServletResponse) response).setStatus(500);
                                }
                            },
                            LogoutFilter.class)
                    .build();
        }
    }
}
