package dev.sessiontracking.sample;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/** The keys, and what signs and verifies with them. A key is made at each start: a restart ends all tokens. */
@Configuration(proxyBeanMethods = false)
class TokenConfiguration {

    @Bean
    KeyPair signingKeys() throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    @Bean
    JwtEncoder jwtEncoder(KeyPair keys) {
        return NimbusJwtEncoder.withKeyPair((RSAPublicKey) keys.getPublic(), (RSAPrivateKey) keys.getPrivate())
                .build();
    }

    /** The one decoder bean, with which the security filter chain reads bearer tokens: access tokens only. */
    @Bean
    JwtDecoder jwtDecoder(KeyPair keys) {
        return TokenType.ACCESS.decoder((RSAPublicKey) keys.getPublic());
    }
}
