// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.spi.SessionStore.Refreshed;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The sessions behind {@link dev.sessiontracking.SessionTokens}. */
interface TokenSessions {

    /**
     * Begins the session of a login.
     *
     * @param maxLifetime {@code null} for the configured one
     */
    UserSession begin(String userId, SessionMetadata metadata, @Nullable Duration maxLifetime);

    Refreshed refresh(RefreshToken token, SessionMetadata metadata);

    /** Why the session of a token has ended. */
    default Optional<SessionEndReason> endReason(RefreshToken token) {
        return Optional.empty();
    }

    boolean revokeSession(String sessionId);

    boolean revokeSession(String sessionId, Instant registrableUntil);
}
