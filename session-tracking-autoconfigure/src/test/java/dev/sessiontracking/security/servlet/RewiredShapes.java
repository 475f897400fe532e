// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.web.filter.OncePerRequestFilter;

/** Applications that rewire what Spring Security does with a token, before or around its filters. */
class RewiredShapes {

    private RewiredShapes() {}

    private static BearerTokenAuthenticationFilter bearerFilter() {
        JwtAuthenticationProvider provider = new JwtAuthenticationProvider(ShapeConfigurations.decoder());
        return new BearerTokenAuthenticationFilter(new ProviderManager(provider));
    }

    private static HttpSecurity withoutCsrf(HttpSecurity http) throws Exception {
        return InterferingShapes.authenticated(http).csrf(csrf -> csrf.disable());
    }

    /** A filter for browsers: the cookie becomes a header, so that Spring Security needs no resolver. */
    @Configuration(proxyBeanMethods = false)
    static class CookieAsHeader {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.resourceServer(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterAfter(new CookieFilter(), SecurityContextHolderFilter.class)
                    .build();
        }
    }

    private static final class CookieFilter extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            Cookie[] cookies = request.getCookies();
            chain.doFilter(cookies == null ? request : new WithHeader(request, cookies[0].getValue()), response);
        }
    }

    private static final class WithHeader extends HttpServletRequestWrapper {

        private final String token;

        WithHeader(HttpServletRequest request, String token) {
            super(request);
            this.token = token;
        }

        @Override
        public String getHeader(String name) {
            return name.equalsIgnoreCase(HttpHeaders.AUTHORIZATION) ? "Bearer " + token : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return name.equalsIgnoreCase(HttpHeaders.AUTHORIZATION)
                    ? Collections.enumeration(List.of(getHeader(name)))
                    : super.getHeaders(name);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            List<String> names = new ArrayList<>(Collections.list(super.getHeaderNames()));
            names.add(HttpHeaders.AUTHORIZATION);
            return Collections.enumeration(names);
        }
    }

    /** So that handlers of a logout find the user. */
    @Configuration(proxyBeanMethods = false)
    static class BearerFilterBeforeLogout {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return withoutCsrf(http)
                    .addFilterBefore(bearerFilter(), LogoutFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class BearerFilterInFrontOfAllOthers {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return withoutCsrf(http)
                    .addFilterAfter(bearerFilter(), SecurityContextHolderFilter.class)
                    .build();
        }
    }

    /** Another thread runs the filters that authenticate, and the handler. */
    @Configuration(proxyBeanMethods = false)
    static class ChainOnAnotherThread {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return InterferingShapes.resourceServer(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(new BulkheadFilter(), LogoutFilter.class)
                    .build();
        }
    }

    /** Bounds the time or the number of requests, as a bulkhead does. */
    private static final class BulkheadFilter extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
            CompletableFuture.runAsync(() -> {
                        try {
                            chain.doFilter(request, response);
                        } catch (IOException | ServletException failed) {
                            throw new IllegalStateException(failed);
                        }
                    })
                    .join();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DecoderForEachChain {

        @Bean
        @Order(1)
        SecurityFilterChain first(HttpSecurity http) throws Exception {
            return InterferingShapes.resourceServer(http.securityMatcher("/me", "/logout"))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain second(HttpSecurity http) throws Exception {
            return InterferingShapes.resourceServer(http.securityMatcher("/open/**"))
                    .build();
        }
    }
}
