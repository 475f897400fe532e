package dev.sessiontracking.sample;

import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.stereotype.Component;

/** Signs tokens. Both kinds carry the session's claims: that is what makes them revocable. */
@Component
class TokenIssuer {

    private final JwtEncoder encoder;

    private final Duration lifetime;

    TokenIssuer(JwtEncoder encoder, SampleProperties properties) {
        this.encoder = encoder;
        this.lifetime = properties.accessTokenLifetime();
    }

    /** A new access token, and a new refresh token that lives as long as the session. */
    TokenResponse issue(UserDetails user, Instant authenticatedAt, UserSession session) {
        Map<String, Object> claims = session.claims();
        String refreshToken = sign(TokenType.REFRESH, session.expiresAt(), user, authenticatedAt, claims);
        return response(user, authenticatedAt, claims, refreshToken);
    }

    /** A new access token beside the refresh token that the client already has. */
    TokenResponse issueAccessToken(UserDetails user, RefreshToken presented) {
        return response(user, presented.authenticatedAt(), presented.sessionClaims(), presented.value());
    }

    private TokenResponse response(
            UserDetails user, Instant authenticatedAt, Map<String, Object> sessionClaims, String refreshToken) {
        Instant expiresAt = Instant.now().plus(lifetime);
        return new TokenResponse(
                sign(TokenType.ACCESS, expiresAt, user, authenticatedAt, sessionClaims),
                refreshToken,
                (String) sessionClaims.get(UserSession.SESSION_ID_CLAIM),
                "Bearer",
                lifetime.toSeconds());
    }

    private String sign(
            TokenType type,
            Instant expiresAt,
            UserDetails user,
            Instant authenticatedAt,
            Map<String, Object> sessionClaims) {
        JwsHeader header =
                JwsHeader.with(TokenType.ALGORITHM).type(type.header()).build();
        JwtClaimsSet claims = JwtClaimsSet.builder()
                .id(UUID.randomUUID().toString())
                .issuer(TokenType.ISSUER)
                .audience(List.of(TokenType.AUDIENCE))
                .subject(user.getUsername())
                .issuedAt(Instant.now())
                .expiresAt(expiresAt)
                .claim(IdTokenClaimNames.AUTH_TIME, authenticatedAt.getEpochSecond())
                .claim("roles", roles(user))
                .claims(all -> all.putAll(sessionClaims))
                .build();
        return encoder.encode(JwtEncoderParameters.from(header, claims)).getTokenValue();
    }

    private static List<String> roles(UserDetails user) {
        return user.getAuthorities().stream()
                .map(GrantedAuthority::getAuthority)
                .map(authority -> authority.substring("ROLE_".length()))
                .toList();
    }
}
