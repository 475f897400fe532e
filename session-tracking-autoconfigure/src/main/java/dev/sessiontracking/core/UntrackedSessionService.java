// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.RevokedSessions;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionRenewal;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore.Refreshed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The session service while session tracking is off: plain JWT, the same code for the application. */
final class UntrackedSessionService implements SessionService, TokenSessions {

    private static final RevokedSessions NOTHING = new RevokedSessions(0, false);

    private final Lifetimes lifetimes;

    private final Clock clock;

    UntrackedSessionService(Lifetimes lifetimes, Clock clock) {
        this.lifetimes = lifetimes;
        this.clock = clock;
    }

    @Override
    public UserSession createSession(String userId, String sessionId, SessionMetadata metadata) {
        return create(userId, sessionId, metadata, lifetimes.max());
    }

    @Override
    public UserSession begin(String userId, SessionMetadata metadata, @Nullable Duration maxLifetime) {
        return create(userId, SessionIds.generate(), metadata, maxLifetime == null ? lifetimes.max() : maxLifetime);
    }

    @Override
    public Refreshed refresh(RefreshToken token, SessionMetadata metadata) {
        return Refreshed.UNVERIFIED;
    }

    private UserSession create(
            String userId, String sessionId, SessionMetadata metadata, @Nullable Duration maxLifetime) {
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(sessionId, "sessionId");
        Arguments.requireNonNull(metadata, "metadata");
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return TrackedSessionService.untracked(
                lifetimes.begin(sessionId, userId, metadata, now, now, Lifetimes.end(now, maxLifetime)));
    }

    @Override
    public UserSession createSession(String userId, SessionMetadata metadata) {
        return createSession(userId, SessionIds.generate(), metadata);
    }

    /** The login stays plain JWT: there is no store to register it in. */
    @Override
    public Optional<UserSession> registerSession(
            String userId,
            String sessionId,
            SessionMetadata metadata,
            Instant authenticatedAt,
            Instant tokenExpiresAt) {
        Arguments.requireNonNull(authenticatedAt, "authenticatedAt");
        Arguments.requireNonNull(tokenExpiresAt, "tokenExpiresAt");
        return Optional.of(createSession(userId, sessionId, metadata));
    }

    @Override
    public boolean revokeSession(String sessionId, Instant registrableUntil) {
        Arguments.requireNonNull(registrableUntil, "registrableUntil");
        return revokeSession(sessionId);
    }

    @Override
    public Optional<Instant> getNotBefore(String userId) {
        Arguments.requireUserId(userId);
        return Optional.empty();
    }

    @Override
    public void clearNotBefore(String userId) {
        Arguments.requireUserId(userId);
    }

    @Override
    public SessionStatus getSessionStatus(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return SessionStatus.UNKNOWN;
    }

    @Override
    public boolean isSessionValid(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return true;
    }

    @Override
    public Optional<UserSession> findSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return Optional.empty();
    }

    @Override
    public SessionRenewal renewSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return SessionRenewal.UNVERIFIED;
    }

    @Override
    public boolean revokeSession(String sessionId) {
        Arguments.requireSessionId(sessionId, "sessionId");
        return false;
    }

    @Override
    public boolean revokeSession(String userId, String sessionId) {
        Arguments.requireUserId(userId);
        return revokeSession(sessionId);
    }

    @Override
    public RevokedSessions revokeAllUserSessions(String userId) {
        Arguments.requireUserId(userId);
        return NOTHING;
    }

    @Override
    public RevokedSessions revokeOtherUserSessions(String userId, String currentSessionId) {
        Arguments.requireUserId(userId);
        Arguments.requireSessionId(currentSessionId, "currentSessionId");
        return NOTHING;
    }

    @Override
    public List<UserSession> getUserSessions(String userId) {
        Arguments.requireUserId(userId);
        return List.of();
    }
}
