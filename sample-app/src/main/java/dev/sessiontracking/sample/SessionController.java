// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** "Where am I logged in?", and logging out elsewhere. */
@RestController
@RequestMapping("/sessions")
class SessionController {

    private final SessionService sessions;

    SessionController(SessionService sessions) {
        this.sessions = sessions;
    }

    @GetMapping
    List<SessionView> list(JwtAuthenticationToken caller) {
        String current = caller.getToken().getClaimAsString(UserSession.SESSION_ID_CLAIM);
        return sessions.getUserSessions(caller.getName()).stream()
                .map(session -> SessionView.of(session, current))
                .toList();
    }

    /** Revokes one of the caller's sessions. Another user's session gets the same answer as one that does not exist. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String id, JwtAuthenticationToken caller) {
        if (!revoke(caller.getName(), id)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND, "You have no such session.");
        }
    }

    /** Revokes all the caller's sessions but the current one; if that is not tracked, there is none to keep. */
    @DeleteMapping
    Revoked revokeOthers(JwtAuthenticationToken caller) {
        String current = caller.getToken().getClaimAsString(UserSession.SESSION_ID_CLAIM);
        return Revoked.of(
                current == null
                        ? sessions.revokeAllUserSessions(caller.getName())
                        : sessions.revokeOtherUserSessions(caller.getName(), current));
    }

    private boolean revoke(String userId, String id) {
        try {
            return sessions.revokeSession(userId, id);
        } catch (IllegalArgumentException notAnId) {
            return false;
        }
    }

    record SessionView(
            String id,
            @Nullable String ip,
            @Nullable String userAgent,
            Instant createdAt,
            Instant lastUsedAt,
            Instant expiresAt,
            boolean current) {

        static SessionView of(UserSession session, @Nullable String currentId) {
            return new SessionView(
                    session.id(),
                    session.metadata().ip(),
                    session.metadata().userAgent(),
                    session.createdAt(),
                    session.lastUse().at(),
                    session.expiresAt(),
                    session.id().equals(currentId));
        }
    }
}
