// SPDX-License-Identifier: Apache-2.0
package com.example;

import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.security.servlet.RequestSessionMetadata;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.security.Principal;
import java.util.Map;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class TokenExchange {

    private final SessionTokens tokens;

    private final JwtEncoder encoder;

    TokenExchange(SessionTokens tokens, JwtEncoder encoder) {
        this.tokens = tokens;
        this.encoder = encoder;
    }

    @PostMapping("/tokens") // in the filter chain of the cookie, with its CSRF protection
    Map<String, String> exchange(Principal user, HttpServletRequest request) {
        TokenGrant grant = tokens.login(user.getName(), RequestSessionMetadata.from(request));
        HttpSession old = request.getSession(false);
        if (old != null) {
            old.invalidate();
        }
        return Map.of(
                "access_token", sign(grant.accessClaims()),
                "refresh_token", sign(grant.refreshClaims()));
    }

    private String sign(Map<String, Object> claims) { // add an expiry, as in the README
        JwsHeader header = JwsHeader.with(MacAlgorithm.HS256).build();
        JwtClaimsSet set =
                JwtClaimsSet.builder().claims(all -> all.putAll(claims)).build();
        return encoder.encode(JwtEncoderParameters.from(header, set)).getTokenValue();
    }
}
