// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.SecretKey;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.stereotype.Component;

/** Signs tokens, and verifies refresh tokens. The claims of the grant are what makes both kinds revocable. */
@Component
class TokenIssuer {

    private final JwtEncoder encoder;

    /** No bean, so that nothing else accepts a refresh token. */
    private final JwtDecoder refreshTokens;

    private final Duration lifetime;

    TokenIssuer(JwtEncoder encoder, SecretKey key, SampleProperties properties) {
        this.encoder = encoder;
        this.refreshTokens = TokenType.REFRESH.decoder(key);
        this.lifetime = properties.accessTokenLifetime();
    }

    TokenResponse issue(UserDetails user, TokenGrant grant) {
        return new TokenResponse(
                sign(TokenType.ACCESS, Instant.now().plus(lifetime), user, grant.accessClaims()),
                sign(TokenType.REFRESH, grant.refreshExpiresAt(), user, grant.refreshClaims()),
                (String) grant.accessClaims().get(UserSession.SESSION_ID_CLAIM),
                "Bearer",
                lifetime.toSeconds());
    }

    /** @throws UnauthorizedException when this is not a refresh token of ours, or has expired */
    Jwt verify(String refreshToken) {
        try {
            return refreshTokens.decode(refreshToken);
        } catch (JwtException invalid) {
            throw UnauthorizedException.invalidRefreshToken(invalid);
        }
    }

    private String sign(TokenType type, Instant expiresAt, UserDetails user, Map<String, Object> grant) {
        JwsHeader header =
                JwsHeader.with(TokenType.ALGORITHM).type(type.header()).build();
        JwtClaimsSet claims = JwtClaimsSet.builder()
                .id(UUID.randomUUID().toString())
                .issuer(TokenType.ISSUER)
                .audience(List.of(TokenType.AUDIENCE))
                .issuedAt(Instant.now())
                .expiresAt(expiresAt)
                .claim("roles", roles(user))
                .claims(all -> all.putAll(grant))
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
