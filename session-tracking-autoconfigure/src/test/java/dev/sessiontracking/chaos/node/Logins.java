// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos.node;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;

/** Login and refresh as the README tells applications to write them: {@code SessionService} is used directly. */
class Logins {

    private final SessionService sessions;

    private final Tokens tokens;

    private final Tokens.RefreshTokenReader refreshTokens;

    Logins(SessionService sessions, Tokens tokens, Tokens.RefreshTokenReader refreshTokens) {
        this.sessions = sessions;
        this.tokens = tokens;
        this.refreshTokens = refreshTokens;
    }

    Issued login(String user) {
        UserSession session = sessions.createSession(user, SessionMetadata.none());
        return issue(Instant.now(), session);
    }

    /** @throws JwtException when the session has ended */
    Issued refresh(String refreshToken) {
        Jwt presented = refreshTokens.read(refreshToken);
        String user = presented.getSubject();
        String sessionId = presented.getClaimAsString(UserSession.SESSION_ID_CLAIM);
        Instant authenticatedAt = presented.getClaimAsInstant("auth_time");
        Optional<UserSession> session = sessionId == null ? register(presented, authenticatedAt) : renew(sessionId);
        return session.map(proven -> issue(authenticatedAt, proven))
                .orElseGet(() -> new Issued(
                        tokens.access(user, authenticatedAt, Tokens.sessionClaims(presented)), "", sessionId));
    }

    private Optional<UserSession> register(Jwt presented, Instant authenticatedAt) {
        UserSession session = sessions.registerSession(
                        presented.getSubject(),
                        Tokens.idOf(presented),
                        SessionMetadata.none(),
                        authenticatedAt,
                        Objects.requireNonNull(presented.getExpiresAt()))
                .orElseThrow(() -> new JwtException("The login must not be registered"));
        return Optional.of(session).filter(UserSession::tracked);
    }

    private Optional<UserSession> renew(String sessionId) {
        if (sessions.renewSession(sessionId) == SessionRenewal.UNVERIFIED) {
            return Optional.empty();
        }
        return Optional.of(
                sessions.findSession(sessionId).orElseThrow(() -> new JwtException("The session has ended")));
    }

    private Issued issue(Instant authenticatedAt, UserSession session) {
        return new Issued(
                tokens.access(session.userId(), authenticatedAt, session.claims()),
                tokens.refresh(session.userId(), authenticatedAt, session.claims()),
                session.tracked() ? session.id() : null);
    }

    /**
     * Tokens.
     *
     * @param refreshToken empty when the one presented stays the one to use
     */
    record Issued(
            String accessToken,
            String refreshToken,
            @Nullable String sessionId) {}
}
