// SPDX-License-Identifier: Apache-2.0
package com.example;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.security.Principal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class TokenExchange {

    private final TokenService tokens; // the class in the README

    TokenExchange(TokenService tokens) {
        this.tokens = tokens;
    }

    @PostMapping("/tokens") // in the filter chain of the cookie, with its CSRF protection
    TokenService.Tokens exchange(Principal user, HttpServletRequest request) {
        TokenService.Tokens issued = tokens.login(user.getName(), request);
        HttpSession old = request.getSession(false);
        if (old != null) {
            old.invalidate();
        }
        return issued;
    }
}
