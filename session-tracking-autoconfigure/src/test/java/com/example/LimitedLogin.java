// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.TokenGrant;
import org.springframework.stereotype.Service;

@Service
class LimitedLogin {

    private static final int MOST_DEVICES = 3;

    private final SessionService sessions;

    private final SessionTokens tokens;

    LimitedLogin(SessionService sessions, SessionTokens tokens) {
        this.sessions = sessions;
        this.tokens = tokens;
    }

    TokenGrant login(String userId, SessionMetadata metadata) {
        TokenGrant grant = tokens.login(userId, metadata);
        if (grant.session().tracked()) { // otherwise there is an outage, and the list cannot be read
            sessions.getUserSessions(userId).stream() // the newest first
                    .skip(MOST_DEVICES)
                    .forEach(oldest -> sessions.revokeSession(oldest.id(), SessionEndReason.LIMIT));
        }
        return grant;
    }
}
