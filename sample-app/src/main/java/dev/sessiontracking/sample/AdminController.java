// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.sample.SessionController.SessionView;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
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

    /** Where a user is logged in. */
    @GetMapping("/admin/users/{userId}/sessions")
    List<SessionView> list(@PathVariable String userId) {
        try {
            return sessions.getUserSessions(userId).stream()
                    .map(session -> SessionView.of(session, null))
                    .toList();
        } catch (IllegalArgumentException notAUserId) {
            throw noUserId(notAUserId);
        }
    }

    /** Logs a user out everywhere. The user need not exist any more. */
    @DeleteMapping("/admin/users/{userId}/sessions")
    Revoked revokeAll(@PathVariable String userId) {
        try {
            return Revoked.of(sessions.revokeAllUserSessions(userId));
        } catch (IllegalArgumentException notAUserId) {
            throw noUserId(notAUserId);
        }
    }

    private static ResponseStatusException noUserId(IllegalArgumentException notAUserId) {
        return new ResponseStatusException(HttpStatus.BAD_REQUEST, "This cannot be a user id.", notAUserId);
    }
}
