// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/**
 * Thrown when a token is rejected directly behind the filter of Spring Security that authenticated it. That filter
 * catches this exception, and the entry point of the chain writes the response. No other code runs in between.
 */
final class RejectedTokenException extends InvalidBearerTokenException {

    private static final long serialVersionUID = 1L;

    RejectedTokenException() {
        super(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }
}
