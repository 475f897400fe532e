// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.core.ClaimValues;
import dev.sessiontracking.core.SessionChecker.FirstUse;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.SessionIds;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Finds the session that a verified token names. Claims are untrusted input even if they are signed, so no claim causes
 * an exception. Immutable.
 */
final class SessionClaims {

    private static final Log LOG = LogFactory.getLog(SessionClaims.class);

    private static final String ISSUER = "iss";

    private static final String EXPIRY = "exp";

    private static final String AUTHENTICATION_TIME = "auth_time";

    private final TrustedIssuers issuers;

    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    SessionClaims(TrustedIssuers issuers) {
        this.issuers = issuers;
    }

    SessionClaim read(Map<String, ?> claims) {
        String issuer = issuer(claims.get(ISSUER));
        if (isRefreshToken(claims)) {
            return SessionClaim.refreshToken(issuer);
        }
        TrustedIssuer trusted = issuers.find(issuer);
        if (trusted == null) {
            TrustedIssuer unlisted = issuers.unlisted();
            return SessionClaim.foreign(sessionId(unlisted, firstPresent(unlisted, claims)), issuer);
        }
        Object value = firstPresent(trusted, claims);
        Instant authenticatedAt = ClaimValues.credibleInstant(claims.get(AUTHENTICATION_TIME));
        if (value == null) {
            return SessionClaim.absent(new SessionClaim.User(userId(trusted, claims, false), authenticatedAt), issuer);
        }
        String sessionId = sessionId(trusted, value);
        if (sessionId == null) {
            warn(trusted, "session-id-claim", value, "Such tokens are rejected");
            return SessionClaim.unusable(issuer);
        }
        String userId = userId(trusted, claims, true);
        Duration lifetime = trusted.refreshable();
        if (lifetime == null) {
            return SessionClaim.named(new TokenSession(sessionId, userId, authenticatedAt), issuer);
        }
        Instant expiresAt = ClaimValues.instant(claims.get(EXPIRY));
        if (userId == null || expiresAt == null) {
            return SessionClaim.unusable(issuer);
        }
        FirstUse use = new FirstUse(lifetime, expiresAt, SessionMetadata.none());
        return SessionClaim.named(new TokenSession(sessionId, userId, authenticatedAt, use), issuer);
    }

    /** Whoever has issued it: a refresh token opens no API, and a list of issuers may be wrong. */
    static boolean isRefreshToken(Map<String, ?> claims) {
        return SessionTokens.REFRESH.equals(claims.get(SessionTokens.TOKEN_USE_CLAIM));
    }

    /** Whether the application has listed issuers, and these claims have one of them. */
    boolean isNamedIssuer(Map<String, ?> claims) {
        return !issuers.areAny() && issuers.find(issuer(claims.get(ISSUER))) != null;
    }

    /** Whether the application has listed no issuers. */
    boolean isAnyIssuer() {
        return issuers.areAny();
    }

    private static @Nullable Object firstPresent(TrustedIssuer issuer, Map<String, ?> claims) {
        for (String name : issuer.sessionIdClaims()) {
            Object value = claims.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Decoders return the issuer as text. Converters may turn it into a URL. */
    private static @Nullable String issuer(@Nullable Object value) {
        return value instanceof String || value instanceof URL || value instanceof URI ? value.toString() : null;
    }

    private @Nullable String sessionId(TrustedIssuer issuer, @Nullable Object value) {
        String text = ClaimValues.text(value);
        if (text == null || text.isEmpty()) {
            return null;
        }
        String sessionId = issuer.sessionId(text);
        return SessionIds.isUsable(sessionId) && !issuers.belongsToAnother(issuer, sessionId, TrustedIssuer::hasSession)
                ? sessionId
                : null;
    }

    /** @param expected whether to warn if the claim is missing; not all tokens have a user */
    private @Nullable String userId(TrustedIssuer issuer, Map<String, ?> claims, boolean expected) {
        Object value = claims.get(issuer.userIdClaim());
        String text = ClaimValues.text(value);
        String userId = text == null || text.isBlank() ? null : issuer.userId(text);
        if (userId != null
                && SessionIds.isUsableUserId(userId)
                && !issuers.belongsToAnother(issuer, userId, TrustedIssuer::hasUser)) {
            return userId;
        }
        if (value != null || expected) {
            warn(
                    issuer,
                    "user-id-claim",
                    value,
                    issuer.refreshable() != null
                            ? "Such tokens of a session are rejected, because the session could not be listed"
                            : "The token counts as one without a user. While Redis is unavailable, revoking all sessions"
                                    + " of its user does not reject it");
        }
        return null;
    }

    /** Logs once for each property. Never logs the value, because it is untrusted input. */
    private void warn(TrustedIssuer issuer, String claim, @Nullable Object value, String consequence) {
        String property = issuer.alias() != null
                ? "issuers." + issuer.alias() + "." + claim
                : "jwt." + (claim.startsWith("session") ? claim + "s" : claim);
        if (!warnedOf.contains(property) && warnedOf.add(property)) {
            String found = value instanceof String
                    ? "a text that is empty, too long, or not allowed"
                    : "of the type " + (value == null ? null : value.getClass().getSimpleName());
            LOG.warn("A token does not fit session.tracking." + property + ": the claim is "
                    + (value == null ? "missing" : found) + ". It must be text or an integral number. " + consequence
                    + ". Set the property to a claim that contains the id passed to createSession. This is"
                    + " logged once.");
        }
    }
}
