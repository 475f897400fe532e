package dev.sessiontracking.sample;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.servlet.RequestSessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** What a client calls without an access token. */
@RestController
class LoginController {

    private static final Map<String, Boolean> NOTHING_REVOKED = Map.of("revoked", false);

    private final LoginService logins;

    private final boolean tracking;

    LoginController(LoginService logins, ObjectProvider<SessionTrackingJwtValidator> revocation) {
        this.logins = logins;
        this.tracking = revocation.getIfAvailable() != null;
    }

    @PostMapping("/login")
    TokenResponse login(@Valid @RequestBody Credentials credentials, HttpServletRequest request) {
        SessionMetadata metadata = credentials.device() == null
                ? RequestSessionMetadata.from(request)
                : SessionMetadata.of(request.getRemoteAddr(), credentials.device());
        return logins.login(credentials.username(), credentials.password(), metadata);
    }

    @PostMapping("/refresh")
    TokenResponse refresh(@Valid @RequestBody RefreshRequest refresh, HttpServletRequest request) {
        return logins.refresh(refresh.refreshToken(), RequestSessionMetadata.from(request));
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
            logins.logout(session.refreshToken());
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
