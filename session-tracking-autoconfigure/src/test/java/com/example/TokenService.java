// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.*;
import dev.sessiontracking.security.servlet.RequestSessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.*;
import java.util.List;
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

    private record Login(String userId, String sessionId, boolean tracked, Instant time) {}

    private static final Duration ACCESS = Duration.ofMinutes(10);
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
        Login login = new Login(userId, session.id(), session.tracked(), Instant.now());
        return issue(login, Duration.between(login.time(), session.expiresAt()));
    }

    Tokens refresh(String refreshToken, HttpServletRequest request) { // answer 401 to both of its exceptions
        Jwt old = refreshTokens.decode(refreshToken); // JwtException: expired, forged, or an access token
        boolean known = old.hasClaim("sid"); // false: the login was during an outage of Redis
        String id = old.getClaimAsString(known ? "sid" : "unregistered_sid");
        Instant time = old.getClaimAsInstant("auth_time");
        SessionMetadata metadata = RequestSessionMetadata.from(request);
        SessionRenewal renewal = known
                ? sessions.renewSession(id)
                : sessions.registerSession(old.getSubject(), id, metadata, time, old.getExpiresAt())
                        .map(session -> session.tracked() ? SessionRenewal.RENEWED : SessionRenewal.UNVERIFIED)
                        .orElse(SessionRenewal.ENDED);
        Login login = new Login(old.getSubject(), id, known || renewal == SessionRenewal.RENEWED, time);
        return switch (renewal) {
            case ENDED -> throw new BadCredentialsException("The session has ended");
            case RENEWED -> issue(login, Duration.between(old.getIssuedAt(), old.getExpiresAt()));
            case UNVERIFIED -> new Tokens(sign("at+jwt", login, ACCESS), refreshToken); // it expires as before
        };
    }

    private Tokens issue(Login login, Duration lifetime) {
        return new Tokens(sign("at+jwt", login, ACCESS), sign("refresh+jwt", login, lifetime));
    }

    private String sign(String type, Login login, Duration lifetime) {
        JwtClaimsSet.Builder claims = JwtClaimsSet.builder().subject(login.userId());
        claims.claim(login.tracked() ? "sid" : "unregistered_sid", login.sessionId());
        claims.claim("auth_time", login.time().getEpochSecond());
        claims.issuedAt(Instant.now()).expiresAt(Instant.now().plus(lifetime));
        JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).type(type).build();
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
