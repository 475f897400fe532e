package dev.sessiontracking.sample;

import dev.sessiontracking.UserSession;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * What a verified refresh token says.
 *
 * @param value the token itself
 * @param id its {@code jti}
 * @param sessionId its session; {@code null} when the user logged in while sessions could not be tracked
 */
record RefreshToken(
        String value,
        String id,
        String username,
        Instant authenticatedAt,
        Instant expiresAt,
        @Nullable String sessionId) {

    static RefreshToken of(Jwt token) {
        return new RefreshToken(
                token.getTokenValue(),
                Objects.requireNonNull(token.getId()),
                Objects.requireNonNull(token.getSubject()),
                Objects.requireNonNull(token.getClaimAsInstant(IdTokenClaimNames.AUTH_TIME)),
                Objects.requireNonNull(token.getExpiresAt()),
                token.getClaimAsString(UserSession.SESSION_ID_CLAIM));
    }

    /** The one session that a token without a session can become: always the same, and told by nothing but the token. */
    String sessionIdToRegister() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
    }

    /** What ties further tokens to the same session. */
    Map<String, Object> sessionClaims() {
        return sessionId == null ? Map.of() : Map.of(UserSession.SESSION_ID_CLAIM, sessionId);
    }
}
