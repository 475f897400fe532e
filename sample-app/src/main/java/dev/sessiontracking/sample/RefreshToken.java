package dev.sessiontracking.sample;

import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
import org.springframework.security.oauth2.jwt.Jwt;

/**
 * What a verified refresh token says.
 *
 * @param value the token itself
 * @param sessionId its session; {@code null} when the user logged in while sessions could not be tracked
 */
record RefreshToken(
        String value,
        String username,
        Instant authenticatedAt,
        @Nullable String sessionId) {

    static RefreshToken of(Jwt token) {
        return new RefreshToken(
                token.getTokenValue(),
                Objects.requireNonNull(token.getSubject()),
                Objects.requireNonNull(token.getClaimAsInstant(IdTokenClaimNames.AUTH_TIME)),
                token.getClaimAsString(UserSession.SESSION_ID_CLAIM));
    }

    /** What ties further tokens to the same session. */
    Map<String, Object> sessionClaims() {
        return sessionId == null ? Map.of() : Map.of(UserSession.SESSION_ID_CLAIM, sessionId);
    }
}
