// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import java.time.Duration;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;

/** The user must log in again (RFC 9470). Entry points of Spring Security answer with 401 and this error. */
final class StaleLoginException extends OAuth2AuthenticationException {

    private static final long serialVersionUID = 1L;

    private final long maxAge;

    StaleLoginException(Duration maxAge) {
        super(new OAuth2Error(
                "insufficient_user_authentication",
                "Log in again: the last login must not be older than " + maxAge.toSeconds() + " seconds",
                null));
        this.maxAge = maxAge.toSeconds();
    }

    /** In seconds. */
    long maxAge() {
        return maxAge;
    }
}
