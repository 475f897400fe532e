package dev.sessiontracking.sample;

import dev.sessiontracking.SessionService;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** For administrators; {@link SecurityConfiguration} sees to that. */
@RestController
class AdminController {

    private final SessionService sessions;

    AdminController(SessionService sessions) {
        this.sessions = sessions;
    }

    /** Logs a user out everywhere. The user need not exist any more. */
    @DeleteMapping("/admin/users/{userId}/sessions")
    Revoked revokeAll(@PathVariable String userId) {
        try {
            return new Revoked(sessions.revokeAllUserSessions(userId));
        } catch (IllegalArgumentException notAUserId) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "This cannot be a user id.", notAUserId);
        }
    }
}
