// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.*;
import dev.sessiontracking.security.servlet.RequestSessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.*;
import java.util.*;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.*;
import org.springframework.stereotype.Service;

@Service
class TokenService {

    record Tokens(String accessToken, String refreshToken) {}

    private final SessionTokens sessions;
    private final JwtEncoder encoder;
    private final JwtDecoder refreshTokens;

    TokenService(SessionTokens sessions, @Value("${app.signing-secret}") String secret) { // 32 characters or more
        this.sessions = sessions;
        this.encoder = NimbusJwtEncoder.withSecretKey(key(secret)).build();
        this.refreshTokens = decoder(secret, SessionTokens.REFRESH_TOKEN_TYPE);
    }

    @Bean // reads bearer tokens, and rejects refresh tokens: they have another type
    static JwtDecoder jwtDecoder(@Value("${app.signing-secret}") String secret) {
        return decoder(secret, "at+jwt");
    }

    Tokens login(String userId, HttpServletRequest request) { // call it after you have verified the password
        return sign(sessions.login(userId, RequestSessionMetadata.from(request)));
    }

    Tokens refresh(String refreshToken, HttpServletRequest request) { // answer 401 to both of its exceptions
        Jwt jwt = refreshTokens.decode(refreshToken); // JwtException: expired, forged, or an access token
        // Check here that the user jwt.getSubject() may still log in: a refresh asks for no password.
        return sign(sessions.refresh(jwt.getClaims(), RequestSessionMetadata.from(request))); // SessionEndedException
    }

    void logout(String refreshToken) { // for clients whose access token has expired
        sessions.logout(refreshTokens.decode(refreshToken).getClaims());
    }

    private Tokens sign(SessionTokens.TokenGrant grant) {
        Instant accessExpiresAt = Instant.now().plus(Duration.ofMinutes(10));
        return new Tokens(
                sign("at+jwt", grant.accessClaims(), accessExpiresAt),
                sign(SessionTokens.REFRESH_TOKEN_TYPE, grant.refreshClaims(), grant.refreshExpiresAt()));
    }

    private String sign(String type, Map<String, Object> grant, Instant expiresAt) {
        JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).type(type).build();
        JwtClaimsSet.Builder claims = JwtClaimsSet.builder().claims(all -> all.putAll(grant)); // add your own claims
        claims.issuedAt(Instant.now()).expiresAt(expiresAt);
        return encoder.encode(JwtEncoderParameters.from(header, claims.build())).getTokenValue();
    }

    private static JwtDecoder decoder(String secret, String type) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withSecretKey(key(secret)).build();
        decoder.setJwtValidator(JwtValidators.createDefaultWithValidators(List.of(new JwtTypeValidator(type))));
        return decoder;
    }

    private static SecretKey key(String secret) {
        return new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }
}
