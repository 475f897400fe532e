// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionTokens;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;

/** Signs, with the sample's own key, tokens that the sample would never issue. */
final class TokenForge {

    private final JwtEncoder encoder;

    TokenForge(JwtEncoder encoder) {
        this.encoder = encoder;
    }

    /** A token of a login without a session, later than all that earlier tests have revoked. */
    String untracked(TokenType type) {
        SampleClient.awaitNextSecond();
        return sign(type, Map.of(), same -> {});
    }

    /** A token that would be good, but for the change. */
    String sign(TokenType type, Map<String, Object> claims, Consumer<JwtClaimsSet.Builder> change) {
        Map<String, Object> all = new HashMap<>(claims);
        all.put(
                SessionTokens.TOKEN_USE_CLAIM,
                type == TokenType.REFRESH ? SessionTokens.REFRESH : SessionTokens.ACCESS);
        if (type == TokenType.REFRESH) {
            all.put("srt", 0);
            if (!claims.containsKey("sid")) {
                all.put("srs", UUID.randomUUID().toString());
            }
        }
        return sign(type.header(), all, change);
    }

    String sign(String type, Map<String, Object> claims, Consumer<JwtClaimsSet.Builder> change) {
        Instant now = Instant.now();
        JwtClaimsSet.Builder token = JwtClaimsSet.builder()
                .id(UUID.randomUUID().toString())
                .issuer(TokenType.ISSUER)
                .audience(List.of(TokenType.AUDIENCE))
                .subject("alice")
                .issuedAt(now)
                .expiresAt(now.plusSeconds(60))
                .claim("auth_time", now.getEpochSecond())
                .claim("roles", List.of("USER"))
                .claims(all -> all.putAll(claims));
        change.accept(token);
        JwsHeader header = JwsHeader.with(TokenType.ALGORITHM).type(type).build();
        return encoder.encode(JwtEncoderParameters.from(header, token.build())).getTokenValue();
    }
}
