// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The session information of a verified token.
 *
 * @param kind the result
 * @param session the session, if and only if one is {@link Kind#NAMED}
 * @param issuer the claim {@code iss}, if present
 * @param user the user of a token without a session
 * @param foreignSessionId the session id of a {@link Kind#FOREIGN} token, if present. Only for a warning: it must not
 *     be checked or revoked
 */
public record SessionClaim(
        Kind kind,
        @Nullable TokenSession session,
        @Nullable String issuer,
        @Nullable User user,
        @Nullable String foreignSessionId) {

    /**
     * The user of a token without a session.
     *
     * @param id the user id, if the token contains it
     * @param authenticatedAt the time of the last login with credentials, if the token contains it
     */
    public record User(@Nullable String id, @Nullable Instant authenticatedAt) {}

    /** The possible results. */
    public enum Kind {
        /** The token is of an issuer that the application has not listed. Its session is not checked. */
        FOREIGN,
        /** The token names no session. */
        ABSENT,
        /** The token has a session claim that cannot be a session id. */
        UNUSABLE,
        /** A refresh token. It is rejected in the mode {@code observe} too: it opens no API while session tracking is off. */
        REFRESH_TOKEN,
        /** The token names a session. */
        NAMED
    }

    /** Whose token it is, if the token says so and belongs to an issuer that counts. */
    @Nullable
    String userId() {
        return session != null ? session.userId() : user == null ? null : user.id();
    }

    static SessionClaim unusable(@Nullable String issuer) {
        return new SessionClaim(Kind.UNUSABLE, null, issuer, null, null);
    }

    static SessionClaim refreshToken(@Nullable String issuer) {
        return new SessionClaim(Kind.REFRESH_TOKEN, null, issuer, null, null);
    }

    static SessionClaim foreign(@Nullable String sessionId, @Nullable String issuer) {
        return new SessionClaim(Kind.FOREIGN, null, issuer, null, sessionId);
    }

    static SessionClaim absent(User user, @Nullable String issuer) {
        return new SessionClaim(Kind.ABSENT, null, issuer, user, null);
    }

    /** The result for a token that names this session. */
    public static SessionClaim named(TokenSession session, @Nullable String issuer) {
        return new SessionClaim(Kind.NAMED, session, issuer, null, null);
    }

    /** The decision on a token, based on its session. */
    public enum SessionDecision {

        /** The token belongs to no session of this application. It is a plain JWT. */
        PLAIN(true),

        /** The token's session is live. A fresh cache or the store has verified it. */
        LIVE(true),

        /** The session could not be checked, and the outage policy accepts the token. */
        UNVERIFIED(true),

        /** The token's session was revoked, has expired, or was never registered. */
        ENDED(false),

        /** The token must name a session, but names none or an invalid one. */
        UNUSABLE(false),

        /** The session could not be checked, and the outage policy rejects unverified tokens. */
        UNAVAILABLE(false);

        private final boolean accepted;

        SessionDecision(boolean accepted) {
            this.accepted = accepted;
        }

        /** Whether the token is accepted. */
        public boolean isAccepted() {
            return accepted;
        }
    }
}
