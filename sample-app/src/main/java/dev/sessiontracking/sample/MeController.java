// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import dev.sessiontracking.UserSession;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Stands for every resource of an application: nothing in it knows of revocation. */
@RestController
class MeController {

    @GetMapping("/me")
    Me me(JwtAuthenticationToken caller) {
        return new Me(
                caller.getName(),
                caller.getToken().getClaimAsString(UserSession.SESSION_ID_CLAIM),
                Objects.requireNonNullElse(caller.getToken().getClaimAsStringList("roles"), List.of()),
                caller.getToken().getExpiresAt());
    }

    /** Stands for what only the user at the keyboard may do. The chain demands a login within the last five minutes. */
    @PostMapping("/me/confirmation")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void confirm() {}

    record Me(
            String username,
            @Nullable String sessionId,
            List<String> roles,
            @Nullable Instant tokenExpiresAt) {}
}
