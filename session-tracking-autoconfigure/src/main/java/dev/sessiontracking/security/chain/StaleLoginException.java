// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/** The user must log in again (RFC 9470). Entry points of Spring Security answer with 401 and this error. */
public final class StaleLoginException extends OAuth2AuthenticationException {

    private static final long serialVersionUID = 1L;

    private static final String CODE = "insufficient_user_authentication";

    private final long maxAge;

    StaleLoginException(Duration maxAge) {
        super(new OAuth2Error(
                CODE, "Log in again: the last login must not be older than " + maxAge.toSeconds() + " seconds", null));
        this.maxAge = maxAge.toSeconds();
    }

    /**
     * The challenge with the parameter {@code max_age}.
     *
     * @param challenges what an entry point has written
     * @return {@code null} if there is nothing to add
     */
    public @Nullable String challenge(Collection<String> challenges) {
        return Challenges.with("max_age", String.valueOf(maxAge), CODE, challenges);
    }
}
