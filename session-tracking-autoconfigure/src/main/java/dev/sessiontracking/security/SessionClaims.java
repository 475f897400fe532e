// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.core.ClaimValues;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.spi.SessionIds;
import java.net.URI;
import java.net.URL;
import java.util.List;
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

    private static final String AUTHENTICATION_TIME = "auth_time";

    private final List<String> sessionIdClaims;

    private final String userIdClaim;

    private final Set<String> issuers;

    private final Set<String> warnedOf = ConcurrentHashMap.newKeySet();

    SessionClaims(JwtProperties properties) {
        this.sessionIdClaims = properties.sessionIdClaims();
        this.userIdClaim = properties.userIdClaim();
        this.issuers = Set.copyOf(properties.issuers());
    }

    SessionClaim read(Map<String, ?> claims) {
        String issuer = issuer(claims.get(ISSUER));
        if (isRefreshToken(claims)) {
            return SessionClaim.refreshToken(issuer);
        }
        if (!issuers.isEmpty() && (issuer == null || !issuers.contains(issuer))) {
            return SessionClaim.foreign(sessionId(firstPresent(claims)), issuer);
        }
        Object value = firstPresent(claims);
        if (value == null) {
            return SessionClaim.absent(
                    new SessionClaim.User(
                            userId(claims, false), ClaimValues.credibleInstant(claims.get(AUTHENTICATION_TIME))),
                    issuer);
        }
        String sessionId = sessionId(value);
        if (sessionId == null) {
            warn("session-id-claims", value, "Such tokens are rejected");
            return SessionClaim.unusable(issuer);
        }
        return SessionClaim.named(
                new TokenSession(
                        sessionId, userId(claims, true), ClaimValues.credibleInstant(claims.get(AUTHENTICATION_TIME))),
                issuer);
    }

    /** Whoever has issued it: a refresh token opens no API, and a list of issuers may be wrong. */
    static boolean isRefreshToken(Map<String, ?> claims) {
        return SessionTokens.REFRESH.equals(claims.get(SessionTokens.TOKEN_USE_CLAIM));
    }

    /** Whether the application has listed issuers, and these claims have one of them. */
    boolean isNamedIssuer(Map<String, ?> claims) {
        String issuer = issuer(claims.get(ISSUER));
        return issuer != null && issuers.contains(issuer);
    }

    /** Whether the application has listed no issuers. */
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

    /** Decoders return the issuer as text. Converters may turn it into a URL. */
    private static @Nullable String issuer(@Nullable Object value) {
        return value instanceof String || value instanceof URL || value instanceof URI ? value.toString() : null;
    }

    private static @Nullable String sessionId(@Nullable Object value) {
        String sessionId = ClaimValues.text(value);
        return sessionId != null && SessionIds.isUsable(sessionId) ? sessionId : null;
    }

    /** @param expected whether to warn if the claim is missing; not all tokens have a user */
    private @Nullable String userId(Map<String, ?> claims, boolean expected) {
        Object value = claims.get(userIdClaim);
        String userId = ClaimValues.text(value);
        if (userId != null && SessionIds.isUsableUserId(userId)) {
            return userId;
        }
        if (value != null || expected) {
            warn(
                    "user-id-claim",
                    value,
                    "The token counts as one without a user. While Redis is unavailable, revoking all sessions of its"
                            + " user does not reject it");
        }
        return null;
    }

    /** Logs once for each property. Never logs the value, because it is untrusted input. */
    private void warn(String property, @Nullable Object value, String consequence) {
        if (!warnedOf.contains(property) && warnedOf.add(property)) {
            String found = value instanceof String
                    ? "a text that is empty, too long, or has characters that are not allowed"
                    : "of the type " + (value == null ? null : value.getClass().getSimpleName());
            LOG.warn("A token does not fit session.tracking.jwt." + property + ": the claim is "
                    + (value == null ? "missing" : found) + ". It must be text or an integral number. " + consequence
                    + ". Set the property to a claim that contains the id passed to createSession. This is"
                    + " logged once.");
        }
    }
}
