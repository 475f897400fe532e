// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.app;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/** Signs the tokens of an application with a key of its own, and verifies them as Spring Security does. */
final class TokenIssuer {

    private static final int SECRET_BYTES = 32;

    private static final int RSA_BITS = 2048;

    private static final Duration LIFETIME = Duration.ofHours(2);

    private final JWSAlgorithm algorithm;

    private final JWSSigner signer;

    private final JwtDecoder decoder;

    private TokenIssuer(JWSAlgorithm algorithm, JWSSigner signer, JwtDecoder decoder) {
        this.algorithm = algorithm;
        this.signer = signer;
        this.decoder = decoder;
    }

    static TokenIssuer of(String algorithm) throws JOSEException, GeneralSecurityException {
        return switch (algorithm) {
            case "HS256" -> symmetric();
            case "RS256" -> asymmetric();
            default -> throw new IllegalArgumentException("No tokens are signed with " + algorithm);
        };
    }

    private static TokenIssuer symmetric() throws JOSEException {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return of(new SecretKeySpec(secret, "HmacSHA256"));
    }

    /** Signs with HS256. */
    static TokenIssuer of(SecretKey key) throws JOSEException {
        return new TokenIssuer(
                JWSAlgorithm.HS256,
                new MACSigner(key),
                NimbusJwtDecoder.withSecretKey(key)
                        .macAlgorithm(MacAlgorithm.HS256)
                        .build());
    }

    private static TokenIssuer asymmetric() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(RSA_BITS);
        KeyPair keys = generator.generateKeyPair();
        return new TokenIssuer(
                JWSAlgorithm.RS256,
                new RSASSASigner(keys.getPrivate()),
                NimbusJwtDecoder.withPublicKey((RSAPublicKey) keys.getPublic()).build());
    }

    JwtDecoder decoder() {
        return decoder;
    }

    /** A header line with a token of a user, with more claims. */
    String bearer(String user, Map<String, Object> claims) {
        Instant now = Instant.now();
        JWTClaimsSet.Builder all = new JWTClaimsSet.Builder()
                .subject(user)
                .issuer("https://issuer.example")
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)));
        claims.forEach(all::claim);
        SignedJWT token = new SignedJWT(new JWSHeader(algorithm), all.build());
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return "Authorization: Bearer " + token.serialize();
    }
}
