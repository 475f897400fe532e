package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/**
 * A token is refused right after the filter that authenticated it, which answers this exception through the chain's own
 * entry point.
 */
final class RefusedTokenException extends InvalidBearerTokenException {

    private static final long serialVersionUID = 1L;

    RefusedTokenException() {
        super(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }
}
