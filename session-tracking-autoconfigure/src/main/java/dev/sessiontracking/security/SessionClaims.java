package dev.sessiontracking.security;

import dev.sessiontracking.core.SessionIds;
import dev.sessiontracking.core.TokenSession;
import java.net.URI;
import java.net.URL;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the session that a verified token names. Claims are outside data even when they are signed: nothing in them
 * makes this throw. Immutable.
 */
final class SessionClaims {

    private static final String ISSUER = "iss";

    private static final String AUTHENTICATION_TIME = "auth_time";

    private static final int MAX_USER_ID_LENGTH = 256;

    private final List<String> sessionIdClaims;

    private final String userIdClaim;

    private final Set<String> issuers;

    SessionClaims(JwtProperties properties) {
        this.sessionIdClaims = properties.sessionIdClaims();
        this.userIdClaim = properties.userIdClaim();
        this.issuers = Set.copyOf(properties.issuers());
    }

    SessionClaim read(Map<String, ?> claims) {
        String issuer = issuer(claims.get(ISSUER));
        if (!issuers.isEmpty() && (issuer == null || !issuers.contains(issuer))) {
            return SessionClaim.without(SessionClaim.Kind.FOREIGN, issuer);
        }
        Object value = firstPresent(claims);
        if (value == null) {
            return SessionClaim.absent(
                    new SessionClaim.User(userId(claims.get(userIdClaim)), instant(claims.get(AUTHENTICATION_TIME))),
                    issuer);
        }
        if (!(value instanceof String sessionId) || !SessionIds.isUsable(sessionId)) {
            return SessionClaim.without(SessionClaim.Kind.UNUSABLE, issuer);
        }
        return SessionClaim.named(
                new TokenSession(sessionId, userId(claims.get(userIdClaim)), instant(claims.get(AUTHENTICATION_TIME))),
                issuer);
    }

    /** Whether the application has named any issuer, and the one of these claims among them. */
    boolean isNamedIssuer(Map<String, ?> claims) {
        String issuer = issuer(claims.get(ISSUER));
        return issuer != null && issuers.contains(issuer);
    }

    /** Whether the application has named no issuer. */
    boolean isAnyIssuer() {
        return issuers.isEmpty();
    }

    private @Nullable Object firstPresent(Map<String, ?> claims) {
        for (String name : sessionIdClaims) {
            Object value = claims.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Decoders give the issuer as text; converters are free to make a URL of it. */
    private static @Nullable String issuer(@Nullable Object value) {
        return value instanceof String || value instanceof URL || value instanceof URI ? value.toString() : null;
    }

    private static @Nullable String userId(@Nullable Object value) {
        if (!(value instanceof String userId) || userId.isBlank() || userId.length() > MAX_USER_ID_LENGTH) {
            return null;
        }
        return hasControlCharacter(userId) ? null : userId;
    }

    /** A loop, because a stream takes longer than everything else that is done with a token's claims. */
    private static boolean hasControlCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Instant instant(@Nullable Object value) {
        if (value instanceof Instant instant) {
            return instant;
        }
        if (!(value instanceof Number seconds)) {
            return null;
        }
        try {
            return Instant.ofEpochSecond(seconds.longValue());
        } catch (DateTimeException tooFarAway) {
            return null;
        }
    }
}
