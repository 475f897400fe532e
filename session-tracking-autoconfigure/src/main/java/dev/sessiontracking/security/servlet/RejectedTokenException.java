package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/**
 * A token is rejected directly behind the filter of Spring Security that authenticated it. That filter catches this
 * exception, and the chain's own entry point writes the response. No other code is in between.
 */
final class RejectedTokenException extends InvalidBearerTokenException {

    private static final long serialVersionUID = 1L;

    RejectedTokenException() {
        super(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }
}
