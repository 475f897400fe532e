// SPDX-License-Identifier: Apache-2.0
package com.example;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.web.authentication.logout.LogoutHandler;
import org.springframework.stereotype.Component;

@Component
class JtiDenylist implements OAuth2TokenValidator<Jwt>, LogoutHandler {

    private final StringRedisTemplate redis;

    JtiDenylist(StringRedisTemplate redis) {
        this.redis = redis;
    }

    @Override
    public OAuth2TokenValidatorResult validate(Jwt jwt) {
        boolean old = !jwt.hasClaim("sid") && jwt.getId() != null; // new: session tracking checks the others
        return old && Boolean.TRUE.equals(redis.hasKey("revoked:" + jwt.getId()))
                ? OAuth2TokenValidatorResult.failure(new OAuth2Error("invalid_token"))
                : OAuth2TokenValidatorResult.success();
    }

    @Override
    public void logout(HttpServletRequest request, HttpServletResponse response, Authentication authentication) {
        if (authentication != null
                && authentication.getPrincipal() instanceof Jwt jwt
                && !jwt.hasClaim("sid")
                && jwt.getId() != null
                && jwt.getExpiresAt() != null) {
            Duration left = Duration.between(Instant.now(), jwt.getExpiresAt());
            redis.opsForValue().set("revoked:" + jwt.getId(), "", left.plusSeconds(60));
        }
    }
}
