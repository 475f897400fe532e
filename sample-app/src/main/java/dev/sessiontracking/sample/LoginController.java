package dev.sessiontracking.sample;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.security.servlet.RequestSessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What a client calls without an access token. */
@RestController
class LoginController {

    private final LoginService logins;

    LoginController(LoginService logins) {
        this.logins = logins;
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

    /** For a client whose access token has expired. With an access token, the starter's logout answers first. */
    @PostMapping("/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logout(@Valid @RequestBody RefreshRequest session) {
        logins.logout(session.refreshToken());
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
