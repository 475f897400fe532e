// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.slices;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.servlet.SessionAuthorization;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
class SliceApplication {

    @Bean
    JwtDecoder jwtDecoder() {
        return NimbusJwtDecoder.withJwkSetUri(TestIssuer.get().jwkSetUri()).build();
    }

    /** Injects what users inject. */
    @RestController
    static class CountController {

        private final SessionService sessions;

        CountController(SessionService sessions, SessionAuthorization authorization) {
            this.sessions = sessions;
        }

        @GetMapping("/count")
        int count() {
            return sessions.getUserSessions("alice").size();
        }
    }
}
