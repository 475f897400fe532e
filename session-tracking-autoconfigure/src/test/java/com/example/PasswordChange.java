// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import org.springframework.stereotype.Service;

@Service
class PasswordChange {

    private final SessionService sessions;

    private final SessionTokens tokens;

    PasswordChange(SessionService sessions, SessionTokens tokens) {
        this.sessions = sessions;
        this.tokens = tokens;
    }

    TokenGrant afterChange(String userId, SessionMetadata metadata) { // call it after you have stored the new password
        sessions.revokeAllUserSessions(userId, SessionEndReason.CREDENTIALS_CHANGED);
        return tokens.login(userId, metadata); // the device on which the user changed it
    }
}
