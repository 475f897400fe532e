// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.revocation.Revoker;
import dev.sessiontracking.spi.SessionChange.Refresh;
import dev.sessiontracking.spi.SessionChange.Refreshed;
import dev.sessiontracking.spi.SessionChange.Registration;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions behind {@link dev.sessiontracking.SessionTokens}: the store rotates their refresh tokens. Thread-safe. */
record TokenSessions(
        SessionWrites writes, SessionEngine engine, Revoker revoker, SessionEvents events, Lifetimes lifetimes) {

    private static final Logger log = LoggerFactory.getLogger(TokenSessions.class);

    /**
     * Begins the session of a login.
     *
     * @param maxLifetime {@code null} for the configured one
     * @param replacedSessionId a session that ends, or {@code null}
     */
    UserSession begin(
            String userId,
            SessionMetadata metadata,
            @Nullable Duration maxLifetime,
            @Nullable String replacedSessionId) {
        String replaced =
                replacedSessionId == null || !SessionIds.isUsable(replacedSessionId) ? null : replacedSessionId;
        return writes.create(
                userId, SessionIds.generate(), metadata, maxLifetime == null ? lifetimes.max() : maxLifetime, replaced);
    }

    Refreshed refresh(RefreshToken token, SessionMetadata metadata) {
        TokenSession session = new TokenSession(token.sessionId(), token.userId(), token.authenticatedAt());
        if (revoker.denylist().isDenied(session.sessionId(), session.userId(), session.authenticatedAt())) {
            return Refreshed.ENDED;
        }
        try {
            return token.isRegistered() || isRegisteredNow(token, metadata) ? rotate(token, metadata) : Refreshed.ENDED;
        } catch (SessionStoreUnavailableException unavailable) {
            writes.throwIfRejecting(unavailable);
            return isKnownToHaveEnded(token, session) ? Refreshed.ENDED : Refreshed.UNVERIFIED;
        }
    }

    private boolean isRegisteredNow(RefreshToken token, SessionMetadata metadata) {
        Instant began = Objects.requireNonNull(token.authenticatedAt());
        return writes.register(token.sessionId(), token.userId(), metadata, began, token.times())
                .map(Registration::exists)
                .orElse(false);
    }

    /** Another user's session of the same id stays as it is: ids of applications may be less random than ours. */
    private Refreshed rotate(RefreshToken token, SessionMetadata metadata) {
        Refreshed refreshed = writes.refresh(
                token.sessionId(),
                new Refresh(
                        token.userId(),
                        lifetimes.ttl(),
                        lifetimes.max(),
                        writes.kept(metadata),
                        token.generation(),
                        lifetimes.reuseInterval()));
        if (refreshed.result() == Refreshed.Result.REUSED) {
            log.warn(
                    "A refresh token of session {} of user {} was used again after its rotation. The session was ended,"
                            + " because two parties have a copy of the token.",
                    SessionIds.hash(token.sessionId()),
                    SessionIds.hash(token.userId()));
            revoker.revoke(token.sessionId(), token.userId(), SessionEndReason.TOKEN_REUSED);
        } else if (refreshed.result() == Refreshed.Result.RENEWED) {
            events.renewed(token.sessionId());
        }
        return refreshed;
    }

    /** The near cache may answer although the server that rotates does not, and this node remembers its own revocations. */
    private boolean isKnownToHaveEnded(RefreshToken token, TokenSession session) {
        SessionChecker.Result check = token.isRegistered()
                ? engine.check(session)
                : engine.checkWithoutSession(token.userId(), token.authenticatedAt());
        return check.status() == SessionStatus.ENDED;
    }

    /** Why the session of a token has ended. */
    Optional<SessionEndReason> endReason(RefreshToken token) {
        return SessionStore.await(
                engine.endReason(new TokenSession(token.sessionId(), token.userId(), token.authenticatedAt())));
    }

    /**
     * Ends the session of a token, unless it belongs to another user.
     *
     * @param registrableUntil until when the token may register it, or {@code null} if it is registered
     */
    boolean logout(String sessionId, String userId, @Nullable Instant registrableUntil) {
        return revoker.revokeOwn(sessionId, userId, registrableUntil, SessionEndReason.LOGOUT);
    }
}
