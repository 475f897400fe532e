// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionIds;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a refresh token says.
 *
 * @param sessionId its session, or the one that it registers
 * @param isRegistered whether the session was in the store when the token was issued
 * @param generation how often the refresh tokens of the session were rotated before it
 */
record RefreshToken(
        String sessionId,
        boolean isRegistered,
        String userId,
        long generation,
        @Nullable Instant authenticatedAt,
        Times times) {

    static final String AUTHENTICATION_TIME = "auth_time";

    static final String EXPIRES_AT = "exp";

    /** The id under which the first refresh after an outage registers the session. */
    static final String REGISTERS = "srs";

    private static final String GENERATION = "srt";

    /** When a session that is still to be registered ends at the latest, in seconds. */
    private static final String ENDS_AT = "srx";

    /** More than anybody refreshes. */
    private static final long MOST = 1_000_000_000_000L;

    /**
     * When something ends.
     *
     * @param expiresAt the token
     * @param maxExpiresAt the session that is still to be registered, if it has such a limit
     */
    record Times(Instant expiresAt, @Nullable Instant maxExpiresAt) {}

    /** Empty if these are not the claims of a refresh token of {@link SessionTokens}. */
    static Optional<RefreshToken> read(Map<String, Object> claims, String userIdClaim) {
        String registered = sessionId(claims, UserSession.SESSION_ID_CLAIM);
        String sessionId = registered != null ? registered : sessionId(claims, REGISTERS);
        String userId = ClaimValues.text(claims.get(userIdClaim));
        Instant expiresAt = ClaimValues.instant(claims.get(EXPIRES_AT));
        Instant authenticatedAt = ClaimValues.instant(claims.get(AUTHENTICATION_TIME));
        Instant endsAt = ClaimValues.instant(claims.get(ENDS_AT));
        Long generation = ClaimValues.count(claims.get(GENERATION));
        if (!SessionTokens.REFRESH.equals(claims.get(SessionTokens.TOKEN_USE_CLAIM))
                || generation == null
                || generation < 0
                || generation > MOST
                || (registered == null && claims.containsKey(UserSession.SESSION_ID_CLAIM))
                || (authenticatedAt == null && claims.containsKey(AUTHENTICATION_TIME))
                || (endsAt == null && claims.containsKey(ENDS_AT))
                || sessionId == null
                || userId == null
                || !SessionIds.isUsableUserId(userId)
                || expiresAt == null
                || (registered == null && authenticatedAt == null)) {
            return Optional.empty();
        }
        return Optional.of(new RefreshToken(
                sessionId, registered != null, userId, generation, authenticatedAt, new Times(expiresAt, endsAt)));
    }

    static @Nullable String sessionId(Map<String, Object> claims, String name) {
        return claims.get(name) instanceof String id && SessionIds.isUsable(id) ? id : null;
    }

    /** The claims of the refresh token of this generation. */
    static Map<String, Object> claims(UserSession session, Map<String, Object> common, long generation) {
        Map<String, Object> claims = new HashMap<>(common);
        claims.put(SessionTokens.TOKEN_USE_CLAIM, SessionTokens.REFRESH);
        claims.put(GENERATION, generation);
        if (!session.tracked()) {
            claims.put(REGISTERS, session.id());
            if (session.maxExpiresAt() != null) {
                claims.put(ENDS_AT, session.maxExpiresAt().getEpochSecond());
            }
        }
        return claims;
    }
}
