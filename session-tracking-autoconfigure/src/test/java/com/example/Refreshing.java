// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.stereotype.Service;

@Service
class Refreshing {

    private final SessionTokens tokens;

    Refreshing(SessionTokens tokens) {
        this.tokens = tokens;
    }

    TokenGrant refresh(Jwt refreshToken, SessionMetadata metadata) { // answer 401 to SessionEndedException
        if (refreshToken.hasClaim(SessionTokens.TOKEN_USE_CLAIM)) {
            return tokens.refresh(refreshToken.getClaims(), metadata);
        }
        // Issued before session tracking: its login becomes a session now.
        Instant login = refreshToken.getClaimAsInstant("auth_time");
        return tokens.register(
                refreshToken.getSubject(),
                hash(signedPart(refreshToken)),
                metadata,
                login == null ? refreshToken.getIssuedAt() : login,
                refreshToken.getExpiresAt());
    }

    /** Without the signature: one token can be written with several, and must register one session only. */
    private static String signedPart(Jwt token) {
        String text = token.getTokenValue().trim();
        return text.substring(0, text.lastIndexOf('.'));
    }

    private static String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
