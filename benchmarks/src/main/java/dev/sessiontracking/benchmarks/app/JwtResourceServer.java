// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import com.nimbusds.jose.JOSEException;
import java.security.GeneralSecurityException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter;
import org.springframework.security.web.SecurityFilterChain;

/** What all variants with JWTs have in common: the same chain, the same kind of token. */
@Configuration(proxyBeanMethods = false)
@Import(HelloController.class)
class JwtResourceServer {

    @Bean
    TokenIssuer tokenIssuer(@Value("${benchmarks.algorithm}") String algorithm)
            throws JOSEException, GeneralSecurityException {
        return TokenIssuer.of(algorithm);
    }

    @Bean
    JwtDecoder jwtDecoder(TokenIssuer issuer) {
        return issuer.decoder();
    }

    @Bean
    SecurityFilterChain chain(HttpSecurity http, ObjectProvider<HasKeyFilter> handWritten) {
        http.csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests -> requests.requestMatchers("/login")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .oauth2ResourceServer(server -> server.jwt(Customizer.withDefaults()));
        handWritten.ifAvailable(filter -> http.addFilterAfter(filter, BearerTokenAuthenticationFilter.class));
        return http.build();
    }
}
