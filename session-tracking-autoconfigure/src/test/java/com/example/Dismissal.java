// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionService.RevokedSessions;
import org.springframework.security.provisioning.UserDetailsManager;
import org.springframework.stereotype.Service;

@Service
class Dismissal {

    private static final SessionEndReason CLOSED = new SessionEndReason("account_closed");

    private final UserDetailsManager users;

    private final SessionService sessions;

    Dismissal(UserDetailsManager users, SessionService sessions) {
        this.users = users;
        this.sessions = sessions;
    }

    RevokedSessions dismiss(String userId) {
        users.deleteUser(userId); // first: a login after the revocation would begin a new session
        return sessions.revokeAllUserSessions(userId, CLOSED);
    }
}
