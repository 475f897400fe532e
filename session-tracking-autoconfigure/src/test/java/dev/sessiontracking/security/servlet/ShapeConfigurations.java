// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import com.nimbusds.jose.JOSEException;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.TestIssuer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtBearerTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtIssuerAuthenticationManagerResolver;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** The configurations behind {@link Shape}. */
class ShapeConfigurations {

    /** A decoder that knows nothing of us. */
    static NimbusJwtDecoder decoder() {
        try {
            return NimbusJwtDecoder.withPublicKey(TestIssuer.get().key().toRSAPublicKey())
                    .build();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static HttpSecurity authenticated(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests ->
                requests.requestMatchers("/open/**").permitAll().anyRequest().authenticated());
    }

    @Configuration(proxyBeanMethods = false)
    static class Nothing {}

    @Configuration(proxyBeanMethods = false)
    static class UserDecoder {

        @Bean
        JwtDecoder jwtDecoder() {
            NimbusJwtDecoder decoder = decoder();
            return decoder::decode;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NimbusByClass {

        record NeedsNimbus(NimbusJwtDecoder decoder) {}

        @Bean
        NimbusJwtDecoder jwtDecoder() {
            return decoder();
        }

        @Bean
        NeedsNimbus needsNimbus(NimbusJwtDecoder decoder) {
            return new NeedsNimbus(decoder);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoDecoders {

        @Bean
        JwtDecoder one() {
            return decoder();
        }

        @Bean
        JwtDecoder other() {
            return decoder();
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(one())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InlineDecoder {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DecoratedDecoder {

        @Bean
        JwtDecoder jwtDecoder(SessionTrackingJwtValidator validator) {
            return validator.decorate(decoder());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CustomManager {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            AuthenticationManager manager = new ProviderManager(new JwtAuthenticationProvider(decoder()));
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.authenticationManager(manager)))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ChainWideManager {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .authenticationManager(new ProviderManager(new JwtAuthenticationProvider(decoder())))
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class MultiIssuer {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.authenticationManagerResolver(
                            JwtIssuerAuthenticationManagerResolver.fromTrustedIssuers(
                                    TestIssuer.get().uri())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HidingConverter {

        static UsernamePasswordAuthenticationToken hide(Jwt jwt) {
            return UsernamePasswordAuthenticationToken.authenticated(jwt.getSubject(), "hidden", List.of());
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server ->
                            server.jwt(jwt -> jwt.decoder(decoder()).jwtAuthenticationConverter(HidingConverter::hide)))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class AccessTokenConverter {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            JwtAuthenticationProvider provider = new JwtAuthenticationProvider(decoder());
            provider.setJwtAuthenticationConverter(new JwtBearerTokenAuthenticationConverter());
            AuthenticationManager manager = new ProviderManager(provider);
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.authenticationManager(manager)))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class JwtAsDetails {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            JwtAuthenticationProvider provider = new JwtAuthenticationProvider(decoder());
            provider.setJwtAuthenticationConverter(jwt -> {
                UsernamePasswordAuthenticationToken token = HidingConverter.hide(jwt);
                token.setDetails(jwt);
                return token;
            });
            AuthenticationManager manager = new ProviderManager(provider);
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.authenticationManagerResolver(request -> manager))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Cookie {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.bearerTokenResolver(Cookie::resolve)
                            .jwt(jwt -> jwt.decoder(decoder()).jwtAuthenticationConverter(HidingConverter::hide)))
                    .build();
        }

        private static String resolve(HttpServletRequest request) {
            return request.getCookies() == null
                    ? null
                    : Arrays.stream(request.getCookies())
                            .filter(cookie -> cookie.getName().equals("token"))
                            .map(jakarta.servlet.http.Cookie::getValue)
                            .findFirst()
                            .orElse(null);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FormLoginBeside {

        @Bean
        @Order(1)
        SecurityFilterChain pages(HttpSecurity http) throws Exception {
            return http.securityMatcher("/pages/**", "/login", "/pages-logout")
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .formLogin(Customizer.withDefaults())
                    .logout(logout -> logout.logoutUrl("/pages-logout"))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain api(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder())))
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("alice").password("{noop}password").build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DPoP {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .oauth2ResourceServer(
                            server -> server.jwt(jwt -> jwt.decoder(decoder())).dPoP(Customizer.withDefaults()))
                    .build();
        }
    }
}
