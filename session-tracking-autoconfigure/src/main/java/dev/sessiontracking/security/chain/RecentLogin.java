// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.core.ClaimValues;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;

/**
 * Grants access if the token says in {@code auth_time} that its user has given credentials recently. Thread-safe.
 *
 * @param maxAge at least one second
 */
public record RecentLogin(Duration maxAge, Clock clock) {

    /** How far the clocks of nodes may differ: as much as decoders allow. */
    private static final Duration SKEW = Duration.ofSeconds(60);

    private static final AuthorizationDecision GRANTED = new AuthorizationDecision(true);

    private static final AuthorizationDecision DENIED = new AuthorizationDecision(false);

    public RecentLogin {
        if (maxAge.toSeconds() < 1) {
            throw new IllegalArgumentException("maxAge must be at least one second");
        }
    }

    /**
     * Grants access, or denies it if nobody is logged in.
     *
     * @throws StaleLoginException if the user must log in again
     */
    public AuthorizationDecision decide(@Nullable Authentication current) {
        if (current == null || current instanceof AnonymousAuthenticationToken) {
            // RFC 6750 section 3.1: no error code without a token.
            return DENIED;
        }
        Instant login = ClaimValues.instant(claims(current).get("auth_time"));
        Instant now = clock.instant();
        if (login == null || login.isBefore(now.minus(maxAge)) || login.isAfter(now.plus(SKEW))) {
            throw new StaleLoginException(maxAge);
        }
        return GRANTED;
    }

    /** The claims of a JWT, or what introspection said of an opaque token. */
    private static Map<String, Object> claims(Authentication authentication) {
        Object principal = authentication.getPrincipal();
        if (principal instanceof ClaimAccessor jwt) {
            return jwt.getClaims();
        }
        if (principal instanceof OAuth2AuthenticatedPrincipal introspected) {
            return introspected.getAttributes();
        }
        return authentication.getCredentials() instanceof ClaimAccessor jwt ? jwt.getClaims() : Map.of();
    }
}
