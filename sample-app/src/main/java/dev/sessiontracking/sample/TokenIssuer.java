package dev.sessiontracking.sample;

import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.stereotype.Component;

/** Signs tokens. Both kinds carry the session's claims: that is what makes them revocable. */
@Component
class TokenIssuer {

    private final JwtEncoder encoder;

    private final SampleProperties properties;

    TokenIssuer(JwtEncoder encoder, SampleProperties properties) {
        this.encoder = encoder;
        this.properties = properties;
    }

    /** A new access token and a new refresh token. */
    TokenResponse issue(Login login) {
        return issue(login, sign(TokenType.REFRESH, properties.refreshTokenLifetime(), login));
    }

    /** A new access token beside a refresh token that the client already has. */
    TokenResponse issue(Login login, String refreshToken) {
        Duration lifetime = properties.accessTokenLifetime();
        return new TokenResponse(
                sign(TokenType.ACCESS, lifetime, login),
                refreshToken,
                (String) login.sessionClaims().get(UserSession.SESSION_ID_CLAIM),
                "Bearer",
                lifetime.toSeconds());
    }

    private String sign(TokenType type, Duration lifetime, Login login) {
        Instant now = Instant.now();
        JwsHeader header =
                JwsHeader.with(SignatureAlgorithm.RS256).type(type.header()).build();
        JwtClaimsSet claims = JwtClaimsSet.builder()
                .id(UUID.randomUUID().toString())
                .issuer(TokenType.ISSUER)
                .audience(List.of(TokenType.AUDIENCE))
                .subject(login.user().getUsername())
                .issuedAt(now)
                .expiresAt(now.plus(lifetime))
                .claim(IdTokenClaimNames.AUTH_TIME, login.authenticatedAt().getEpochSecond())
                .claim("roles", roles(login.user()))
                .claims(all -> all.putAll(login.sessionClaims()))
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
