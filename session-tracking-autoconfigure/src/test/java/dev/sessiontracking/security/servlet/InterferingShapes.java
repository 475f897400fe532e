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
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationConverter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AuthenticationConverter;

/** Configurations of {@link Shape} in which other code comes between a token and its check. */
class InterferingShapes {

    private InterferingShapes() {}

    static HttpSecurity authenticated(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(requests ->
                requests.requestMatchers("/open/**").permitAll().anyRequest().authenticated());
    }

    static HttpSecurity resourceServer(HttpSecurity http) throws Exception {
        return authenticated(http)
                .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())));
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
                    jwe.decrypt(new RSADecrypter(TestIssuer.get().key().toPrivateKey(), null, true));
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
