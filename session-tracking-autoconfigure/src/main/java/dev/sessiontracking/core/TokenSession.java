package dev.sessiontracking.core;

import dev.sessiontracking.UserSession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a verified token says of its session.
 *
 * @param sessionId the session it belongs to, already found usable
 * @param userId whose token it is, when it says so
 * @param authenticatedAt when its user last gave credentials ({@code auth_time}, OpenID Connect Core 1.0 section 2),
 *     when it says so
 */
public record TokenSession(
        String sessionId, @Nullable String userId, @Nullable Instant authenticatedAt) {

    /** A session as the store holds it: it began with a login. */
    static TokenSession of(UserSession session) {
        return new TokenSession(session.id(), session.userId(), session.createdAt());
    }

    /** A session known by its id alone. */
    public static TokenSession of(String sessionId) {
        return new TokenSession(sessionId, null, null);
    }
}
