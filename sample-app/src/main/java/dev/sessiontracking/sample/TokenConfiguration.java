// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/**
 * The key, and what signs and verifies with it. Without {@code sample.signing-secret} each start makes a key of its own:
 * a restart ends all tokens, and no other node accepts them.
 */
@Configuration(proxyBeanMethods = false)
class TokenConfiguration {

    private static final int KEY_BYTES = 32;

    @Bean
    SecretKey signingKey(SampleProperties properties) {
        String secret = properties.signingSecret();
        byte[] key = secret == null ? randomKey() : secret.getBytes(StandardCharsets.UTF_8);
        return new SecretKeySpec(key, "HmacSHA256");
    }

    private static byte[] randomKey() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        return key;
    }

    @Bean
    JwtEncoder jwtEncoder(SecretKey key) {
        return NimbusJwtEncoder.withSecretKey(key)
                .algorithm(TokenType.ALGORITHM)
                .build();
    }

    /** The one decoder bean, with which the security filter chain reads bearer tokens: access tokens only. */
    @Bean
    JwtDecoder jwtDecoder(SecretKey key) {
        return TokenType.ACCESS.decoder(key);
    }
}
