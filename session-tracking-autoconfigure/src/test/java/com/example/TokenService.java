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
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.*;
import org.springframework.stereotype.Service;

@Service
class TokenService {

    record Tokens(String accessToken, String refreshToken) {}

    private final SessionService sessions;
    private final JwtEncoder encoder;
    private final JwtDecoder refreshTokens;

    TokenService(SessionService sessions, @Value("${app.signing-secret}") String secret) { // 32 characters or more
        this.sessions = sessions;
        this.encoder = NimbusJwtEncoder.withSecretKey(key(secret)).build();
        this.refreshTokens = decoder(secret, "refresh+jwt");
    }

    @Bean // reads bearer tokens, and rejects refresh tokens: they have another type
    static JwtDecoder jwtDecoder(@Value("${app.signing-secret}") String secret) {
        return decoder(secret, "at+jwt");
    }

    Tokens login(String userId, HttpServletRequest request) { // call it after you have verified the password
        UserSession session = sessions.createSession(userId, RequestSessionMetadata.from(request));
        Instant now = Instant.now();
        return issue(userId, now, session.claims(), Duration.between(now, session.expiresAt()));
    }

    Tokens refresh(String refreshToken) { // answer 401 to JwtException and BadCredentialsException
        Jwt old = refreshTokens.decode(refreshToken); // rejects access tokens
        String sessionId = old.getClaimAsString("sid"); // null after a login while Redis was unavailable
        Map<String, Object> claims = sessionId == null ? Map.of() : Map.of("sid", sessionId);
        Instant loginTime = old.getClaimAsInstant("auth_time");
        return switch (sessionId == null ? SessionRenewal.UNVERIFIED : sessions.renewSession(sessionId)) {
            case ENDED -> throw new BadCredentialsException("The session has ended");
            case RENEWED ->
                issue(old.getSubject(), loginTime, claims, Duration.between(old.getIssuedAt(), old.getExpiresAt()));
            case UNVERIFIED -> // keep the refresh token, and so its expiry
                new Tokens(sign("at+jwt", Duration.ofMinutes(10), old.getSubject(), loginTime, claims), refreshToken);
        };
    }

    private Tokens issue(String userId, Instant loginTime, Map<String, Object> claims, Duration lifetime) {
        return new Tokens(
                sign("at+jwt", Duration.ofMinutes(10), userId, loginTime, claims),
                sign("refresh+jwt", lifetime, userId, loginTime, claims));
    }

    private String sign(String type, Duration lifetime, String userId, Instant loginTime, Map<String, Object> claims) {
        JwtClaimsSet.Builder token = JwtClaimsSet.builder().subject(userId).claims(all -> all.putAll(claims));
        token.claim("auth_time", loginTime.getEpochSecond());
        token.issuedAt(Instant.now()).expiresAt(Instant.now().plus(lifetime));
        JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).type(type).build();
        return encoder.encode(JwtEncoderParameters.from(header, token.build())).getTokenValue();
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
