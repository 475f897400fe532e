// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.security.SessionTrackingJwtValidator;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/** Says to an entry point that a token was rejected because of its session. */
public final class RejectedTokenException extends InvalidBearerTokenException {

    private static final long serialVersionUID = 1L;

    /** With the description of RFC 6750. */
    public RejectedTokenException() {
        super(SessionTrackingJwtValidator.ERROR_DESCRIPTION);
    }
}
