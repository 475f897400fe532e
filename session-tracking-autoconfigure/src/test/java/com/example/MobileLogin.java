// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import java.time.Duration;
import org.springframework.stereotype.Service;

@Service
class MobileLogin {

    private final SessionTokens tokens;

    MobileLogin(SessionTokens tokens) {
        this.tokens = tokens;
    }

    TokenGrant login(String userId, SessionMetadata metadata, boolean app) {
        return tokens.login(userId, metadata, app ? Duration.ofDays(180) : Duration.ofHours(12));
    }
}
