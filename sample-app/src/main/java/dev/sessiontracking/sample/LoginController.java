// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.servlet.RequestSessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What a client calls without an access token. */
@RestController
class LoginController {

    private static final Map<String, Boolean> NOTHING_REVOKED = Map.of("revoked", false);

    private final Accounts accounts;

    private final SessionTokens sessions;

    private final TokenIssuer tokens;

    private final boolean tracking;

    LoginController(
            Accounts accounts,
            SessionTokens sessions,
            TokenIssuer tokens,
            ObjectProvider<SessionTrackingJwtValidator> revocation) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.tokens = tokens;
        this.tracking = revocation.getIfAvailable() != null;
    }

    /** Without Redis the session is not tracked, and its tokens are plain JWTs. */
    @PostMapping("/login")
    TokenResponse login(@Valid @RequestBody Credentials credentials, HttpServletRequest request) {
        var user = accounts.authenticate(credentials.username(), credentials.password());
        SessionMetadata metadata = credentials.device() == null
                ? RequestSessionMetadata.from(request)
                : SessionMetadata.of(request.getRemoteAddr(), credentials.device());
        return tokens.issue(user, sessions.login(user.getUsername(), metadata));
    }

    @PostMapping("/refresh")
    TokenResponse refresh(@Valid @RequestBody RefreshRequest refresh, HttpServletRequest request) {
        Jwt token = tokens.verify(refresh.refreshToken());
        var user = accounts.findActive(Objects.requireNonNull(token.getSubject()));
        try {
            return tokens.issue(user, sessions.refresh(token.getClaims(), RequestSessionMetadata.from(request)));
        } catch (SessionEndedException ended) {
            throw UnauthorizedException.invalidRefreshToken(ended);
        }
    }

    /**
     * For a client whose access token has expired. With an access token, the starter's logout answers first, unless session
     * tracking is off. Then no token can be revoked, and the answer says so.
     */
    @PostMapping("/logout")
    ResponseEntity<Map<String, Boolean>> logout(
            @Valid @RequestBody(required = false) @Nullable RefreshRequest session,
            @Nullable JwtAuthenticationToken caller) {
        if (session != null) {
            sessions.logout(tokens.verify(session.refreshToken()).getClaims());
        } else if (caller == null) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "Send an access token or a refresh token.");
        }
        return tracking ? ResponseEntity.noContent().build() : ResponseEntity.ok(NOTHING_REVOKED);
    }

    /**
     * Longer than any real one is refused before it costs a password hash.
     *
     * @param device how the client calls itself; without it, the User-Agent names the device
     */
    record Credentials(
            @NotBlank @Size(max = 256) String username,
            @NotBlank @Size(max = 256) String password,
            @Nullable @Size(max = 64) String device) {

        /** Keeps the password out of logs. */
        @Override
        public String toString() {
            return "Credentials[username=" + username + "]";
        }
    }

    record RefreshRequest(@NotBlank @Size(max = 8192) String refreshToken) {

        /** Keeps the token out of logs. */
        @Override
        public String toString() {
            return "RefreshRequest[]";
        }
    }
}
