// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos.node;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

/** Signs and reads the tokens of all nodes: they share the key. */
@Configuration(proxyBeanMethods = false)
class Tokens {

    private static final SecretKey KEY =
            new SecretKeySpec("a key that all nodes of this test know".getBytes(StandardCharsets.UTF_8), "HmacSHA256");

    private static final String ACCESS = "at+jwt";

    private static final String REFRESH = "refresh+jwt";

    private static final Duration LIFETIME = Duration.ofHours(12);

    private final JwtEncoder encoder = NimbusJwtEncoder.withSecretKey(KEY).build();

    /** The one decoder bean, with which the filter chain reads bearer tokens. */
    @Bean
    JwtDecoder jwtDecoder() {
        return decoder(ACCESS);
    }

    /** Reads refresh tokens whose session lives, as far as this node can tell. */
    @Bean
    RefreshTokenReader refreshTokenReader(SessionTrackingJwtValidator revocation) {
        return revocation.decorate(decoder(REFRESH))::decode;
    }

    /** No decoder bean, so that a refresh token is accepted nowhere else. */
    interface RefreshTokenReader {
        Jwt read(String refreshToken);
    }

    private static JwtDecoder decoder(String type) {
        NimbusJwtDecoder decoder =
                NimbusJwtDecoder.withSecretKey(KEY).validateType(false).build();
        decoder.setJwtValidator(JwtValidators.createDefaultWithValidators(List.of(new JwtTypeValidator(type))));
        return decoder;
    }

    /** The claims of a refresh token whose session nobody has looked at. */
    Map<String, Object> verifiedRefreshClaims(String token) {
        return decoder(REFRESH).decode(token).getClaims();
    }

    String access(Map<String, Object> claims) {
        return sign(ACCESS, claims, Instant.now().plus(LIFETIME));
    }

    String refresh(Map<String, Object> claims, Instant expiresAt) {
        return sign(REFRESH, claims, expiresAt);
    }

    String access(String user, Instant authenticatedAt, Map<String, Object> sessionClaims) {
        return sign(ACCESS, user, authenticatedAt, sessionClaims);
    }

    String refresh(String user, Instant authenticatedAt, Map<String, Object> sessionClaims) {
        return sign(REFRESH, user, authenticatedAt, sessionClaims);
    }

    private String sign(String type, String user, Instant authenticatedAt, Map<String, Object> sessionClaims) {
        Map<String, Object> claims = new HashMap<>(sessionClaims);
        claims.put("sub", user);
        claims.put("auth_time", authenticatedAt.getEpochSecond());
        return sign(type, claims, Instant.now().plus(LIFETIME));
    }

    private String sign(String type, Map<String, Object> claims, Instant expiresAt) {
        JwtClaimsSet signed = JwtClaimsSet.builder()
                .id(UUID.randomUUID().toString())
                .issuedAt(Instant.now())
                .expiresAt(expiresAt)
                .claims(all -> all.putAll(claims))
                .build();
        JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).type(type).build();
        return encoder.encode(JwtEncoderParameters.from(header, signed)).getTokenValue();
    }

    /** The session that a refresh token without one can become. */
    static String idOf(Jwt token) {
        return UUID.nameUUIDFromBytes(token.getTokenValue().getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** The claims that tie a token to its session, as an earlier token has them. */
    static Map<String, Object> sessionClaims(Jwt token) {
        String sessionId = token.getClaimAsString(UserSession.SESSION_ID_CLAIM);
        return sessionId == null ? Map.of() : Map.of(UserSession.SESSION_ID_CLAIM, sessionId);
    }
}
