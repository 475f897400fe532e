// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos.node;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What a client can ask for; {@code POST /logout} is there without being written. */
@RestController
class NodeController {

    private final Logins logins;

    private final SessionService sessions;

    NodeController(Logins logins, SessionService sessions) {
        this.logins = logins;
        this.sessions = sessions;
    }

    /** One line each: access token, refresh token, session id. */
    @PostMapping("/login")
    String login(@RequestParam String user) {
        return lines(logins.login(user));
    }

    @PostMapping("/refresh")
    String refresh(@RequestParam String token) {
        return lines(logins.refresh(token));
    }

    @GetMapping("/me")
    String me(JwtAuthenticationToken caller) {
        return caller.getName();
    }

    @GetMapping("/sessions")
    int list(JwtAuthenticationToken caller) {
        return sessions.getUserSessions(caller.getName()).size();
    }

    /** Revokes one of the caller's sessions. */
    @DeleteMapping("/sessions/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable String id, JwtAuthenticationToken caller) {
        if (!sessions.revokeSession(caller.getName(), id)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
    }

    @DeleteMapping("/sessions")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeAll(JwtAuthenticationToken caller) {
        sessions.revokeAllUserSessions(caller.getName());
    }

    /** For administrators. Who is one is not what is tested. */
    @DeleteMapping("/users/{user}/sessions")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeAllOf(@PathVariable String user) {
        sessions.revokeAllUserSessions(user);
    }

    @DeleteMapping("/everything")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeEverything() {
        sessions.revokeAllSessions();
    }

    @DeleteMapping("/sessions/others")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revokeOthers(JwtAuthenticationToken caller) {
        sessions.revokeOtherUserSessions(
                caller.getName(), caller.getToken().getClaimAsString(UserSession.SESSION_ID_CLAIM));
    }

    @ExceptionHandler(JwtException.class)
    @ResponseStatus(HttpStatus.UNAUTHORIZED)
    void refused() {
        // The status says it.
    }

    private static String lines(Logins.Issued issued) {
        return issued.accessToken() + "\n" + issued.refreshToken() + "\n"
                + (issued.sessionId() == null ? "" : issued.sessionId());
    }
}
