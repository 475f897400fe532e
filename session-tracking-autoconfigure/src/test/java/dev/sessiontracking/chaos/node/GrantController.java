// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos.node;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Login, refresh and logout with {@link SessionTokens}: refresh tokens are rotated. */
@RestController
class GrantController {

    /** The answer to a refresh that the server did not confirm. */
    static final String UNVERIFIED = "unverified";

    private final SessionTokens sessions;

    private final Tokens tokens;

    GrantController(SessionTokens sessions, Tokens tokens) {
        this.sessions = sessions;
        this.tokens = tokens;
    }

    /** One line each: access token, refresh token, session id, generation, and whether the server has confirmed it. */
    @PostMapping("/grants/login")
    String login(@RequestParam String user) {
        return lines(sessions.login(user, SessionMetadata.none()));
    }

    @PostMapping("/grants/refresh")
    String refresh(@RequestParam String token) {
        return lines(sessions.refresh(tokens.verifiedRefreshClaims(token), SessionMetadata.none()));
    }

    @PostMapping("/grants/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logout(@RequestParam String token) {
        sessions.logout(tokens.verifiedRefreshClaims(token));
    }

    @ExceptionHandler({JwtException.class, SessionEndedException.class})
    @ResponseStatus(HttpStatus.UNAUTHORIZED)
    void refused() {
        // The status says it.
    }

    private String lines(TokenGrant grant) {
        UserSession session = grant.session();
        boolean isConfirmed = session.tracked()
                && (grant.refreshClaims().get("srt").equals(0L)
                        || !session.lastUse().at().equals(session.createdAt()));
        return String.join(
                "\n",
                tokens.access(grant.accessClaims()),
                tokens.refresh(grant.refreshClaims(), grant.refreshExpiresAt()),
                session.tracked() ? session.id() : "",
                String.valueOf(grant.refreshClaims().get("srt")),
                isConfirmed ? "" : UNVERIFIED);
    }
}
