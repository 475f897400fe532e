// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import com.nimbusds.jose.JOSEException;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** What the WebFlux variants have in common: the same stateless chain on Netty, the same kind of token. */
@Configuration(proxyBeanMethods = false)
@Import(WebFluxResourceServer.Hello.class)
class WebFluxResourceServer {

    private static final int SECRET_BYTES = 32;

    /** Begins a session, and returns the header line that identifies the client from then on. */
    interface Login {
        Mono<String> begin(String user);
    }

    @Bean
    SecretKey key() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return new SecretKeySpec(secret, "HmacSHA256");
    }

    @Bean
    TokenIssuer tokenIssuer(SecretKey key) throws JOSEException {
        return TokenIssuer.of(key);
    }

    @Bean
    ReactiveJwtDecoder jwtDecoder(SecretKey key) {
        return NimbusReactiveJwtDecoder.withSecretKey(key)
                .macAlgorithm(MacAlgorithm.HS256)
                .build();
    }

    @Bean
    SecurityWebFilterChain chain(ServerHttpSecurity http) {
        return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                .authorizeExchange(exchanges -> exchanges
                        .pathMatchers("/login")
                        .permitAll()
                        .anyExchange()
                        .authenticated())
                .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()))
                .build();
    }

    /** The endpoint that is measured, and a login. */
    @RestController
    static class Hello {

        private final Login login;

        Hello(Login login) {
            this.login = login;
        }

        @GetMapping("/hello")
        Mono<String> hello() {
            return Mono.just("hello");
        }

        @PostMapping("/login")
        Mono<String> login(@RequestParam("user") String user) {
            return login.begin(user);
        }
    }
}
