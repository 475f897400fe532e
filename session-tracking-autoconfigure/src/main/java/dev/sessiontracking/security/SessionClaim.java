package dev.sessiontracking.security;

import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a verified token says of its session.
 *
 * @param kind what was found
 * @param session the session, if and only if one is {@link Kind#NAMED}
 * @param issuer the token's {@code iss}, when it has one
 * @param user whose token it is, when it names no session
 * @param foreignSessionId the session id of a {@link Kind#FOREIGN} token, when it has one: for a warning, never to be
 *     checked or revoked
 */
public record SessionClaim(
        Kind kind,
        @Nullable TokenSession session,
        @Nullable String issuer,
        @Nullable User user,
        @Nullable String foreignSessionId) {

    /**
     * Whose token names no session.
     *
     * @param id the user id, when the token says so
     * @param authenticatedAt when the user last gave credentials, when the token says so
     */
    public record User(@Nullable String id, @Nullable Instant authenticatedAt) {}

    /** What can be found in a token. */
    public enum Kind {
        /** The token is of an issuer that the application has not listed. Its session is not checked. */
        FOREIGN,
        /** The token names no session. */
        ABSENT,
        /** The token has a session claim that cannot be a session id. */
        UNUSABLE,
        /** The token names a session. */
        NAMED
    }

    static SessionClaim unusable(@Nullable String issuer) {
        return new SessionClaim(Kind.UNUSABLE, null, issuer, null, null);
    }

    static SessionClaim foreign(@Nullable String sessionId, @Nullable String issuer) {
        return new SessionClaim(Kind.FOREIGN, null, issuer, null, sessionId);
    }

    static SessionClaim absent(User user, @Nullable String issuer) {
        return new SessionClaim(Kind.ABSENT, null, issuer, user, null);
    }

    /** What a token says that names this session. */
    public static SessionClaim named(TokenSession session, @Nullable String issuer) {
        return new SessionClaim(Kind.NAMED, session, issuer, null, null);
    }
}
