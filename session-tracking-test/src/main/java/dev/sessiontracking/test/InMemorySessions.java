// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The stored sessions. One that has expired is not there. Not thread-safe. */
final class InMemorySessions {

    private final Map<String, InMemorySession> sessions = new HashMap<>();

    void clear() {
        sessions.clear();
    }

    @Nullable
    InMemorySession live(String sessionId, Instant now) {
        InMemorySession session = sessions.get(sessionId);
        return session != null && session.isLive(now) ? session : null;
    }

    /** Returns {@code null}, with nothing written, for a session whose absolute lifetime is over. */
    @Nullable
    UserSession begin(UserSession session, Instant createdAt, Duration ttl, Instant now) {
        InMemorySession begun = InMemorySession.begun(session, createdAt, ttl, now);
        if (!begun.isLive(now)) {
            return null;
        }
        put(begun);
        return begun.session();
    }

    void put(InMemorySession session) {
        sessions.put(session.session().id(), session);
    }

    void remove(String sessionId) {
        sessions.remove(sessionId);
    }

    List<UserSession> ofUser(String userId, Instant now) {
        return live(now, session -> session.userId().equals(userId)).toList();
    }

    long countUntil(Instant until, Instant now) {
        return live(now, session -> !session.createdAt().isAfter(until)).count();
    }

    private Stream<UserSession> live(Instant now, Predicate<UserSession> wanted) {
        return sessions.values().stream()
                .filter(session -> session.isLive(now))
                .map(InMemorySession::session)
                .filter(wanted);
    }
}
