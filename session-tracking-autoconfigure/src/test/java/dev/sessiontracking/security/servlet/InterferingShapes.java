// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import dev.sessiontracking.security.TestIssuer;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.security.web.authentication.logout.LogoutFilter;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Configurations of {@link Shape} in which other code comes between a token and its check. */
class InterferingShapes {

    private InterferingShapes() {}

    static HttpSecurity authenticated(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests ->
                requests.requestMatchers("/open/**").permitAll().anyRequest().authenticated());
    }

    private static HttpSecurity resourceServer(HttpSecurity http) throws Exception {
        return authenticated(http)
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())));
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
            return resourceServer(http)
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
            return authenticated(http)
                    .csrf(csrf -> csrf.disable())
                    .addFilterBefore(new CatchingFilter(resolver), UsernamePasswordAuthenticationFilter.class)
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ExceptionFilterInFront {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return resourceServer(http)
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

    /** A signed token in an encrypted one. */
    static String encrypted(String token) {
        try {
            JWEObject jwe = new JWEObject(
                    new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A128GCM)
                            .contentType("JWT")
                            .build(),
                    new Payload(token));
            jwe.encrypt(new RSAEncrypter(TestIssuer.get().key().toRSAPublicKey()));
            return jwe.serialize();
        } catch (JOSEException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class DecryptingDecoder {

        @Bean
        JwtDecoder jwtDecoder() {
            JwtDecoder signed = ShapeConfigurations.decoder();
            return token -> {
                try {
                    JWEObject jwe = JWEObject.parse(token);
                    jwe.decrypt(new RSADecrypter(TestIssuer.get().key()));
                    return signed.decode(jwe.getPayload().toString());
                } catch (java.text.ParseException | JOSEException bad) {
                    throw new BadJwtException("Not encrypted", bad);
                }
            };
        }
    }

    /** As in Spring Security's own tests. */
    @Configuration(proxyBeanMethods = false)
    static class MockedDecoder {

        @Bean
        JwtDecoder jwtDecoder() {
            JwtDecoder decoder = ShapeConfigurations.decoder();
            return token -> Jwt.withTokenValue("token")
                    .header("alg", "none")
                    .claims(claims -> claims.putAll(decoder.decode(token).getClaims()))
                    .build();
        }
    }

    private static void hiding(HttpSecurity http) throws Exception {
        http.oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())
                .jwtAuthenticationConverter(ShapeConfigurations.HidingConverter::hide)));
    }

    @Configuration(proxyBeanMethods = false)
    static class ConfiguredByCustomizer {

        @Bean
        Customizer<HttpSecurity> company() {
            return http -> {
                try {
                    hiding(http);
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            };
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ConfiguredByDsl {

        static class Company extends AbstractHttpConfigurer<Company, HttpSecurity> {

            @Override
            public void init(HttpSecurity http) {
                try {
                    hiding(http);
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            }
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return authenticated(http).with(new Company()).build();
        }
    }

    static final String API_KEY = "api-key-of-alice";

    static class ApiKey extends AbstractAuthenticationToken {

        private static final long serialVersionUID = 1L;

        private final String key;

        ApiKey(String key) {
            super(List.of());
            this.key = key;
        }

        @Override
        public Object getCredentials() {
            return key;
        }

        @Override
        public Object getPrincipal() {
            return key;
        }
    }

    static class ApiKeys implements AuthenticationProvider, AuthenticationConverter {

        private final AuthenticationConverter bearer = new BearerTokenAuthenticationConverter();

        @Override
        public Authentication convert(HttpServletRequest request) {
            String key = request.getHeader("X-API-Key");
            return key == null ? bearer.convert(request) : new ApiKey(key);
        }

        @Override
        public Authentication authenticate(Authentication authentication) {
            if (!authentication.getPrincipal().equals(API_KEY)) {
                throw new BadCredentialsException("unknown key");
            }
            return UsernamePasswordAuthenticationToken.authenticated("alice", null, List.of());
        }

        @Override
        public boolean supports(Class<?> type) {
            return type == ApiKey.class;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ApiKeyByProvider {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            ApiKeys keys = new ApiKeys();
            return authenticated(http)
                    .authenticationProvider(keys)
                    .oauth2ResourceServer(server ->
                            server.authenticationConverter(keys).jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ApiKeyByResolver {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            ApiKeys keys = new ApiKeys();
            AuthenticationManager manager =
                    new ProviderManager(keys, new JwtAuthenticationProvider(ShapeConfigurations.decoder()));
            return authenticated(http)
                    .oauth2ResourceServer(server ->
                            server.authenticationConverter(keys).authenticationManagerResolver(request -> manager))
                    .build();
        }
    }
}
