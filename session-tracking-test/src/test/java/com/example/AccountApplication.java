// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionService;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
class AccountApplication {

    @Bean
    JwtDecoder jwtDecoder() {
        return token -> {
            throw new BadJwtException("These tests present no token that must be decoded");
        };
    }

    @RestController
    static class AccountController {

        private final SessionService sessions;

        AccountController(SessionService sessions) {
            this.sessions = sessions;
        }

        @GetMapping("/account")
        String account(@AuthenticationPrincipal Jwt jwt) {
            return jwt.getSubject();
        }

        @PostMapping("/account/password")
        void changePassword(@AuthenticationPrincipal Jwt jwt) {
            sessions.revokeOtherUserSessions(jwt.getSubject(), jwt.getClaimAsString("sid"));
        }
    }
}
