// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/** Says to an entry point that a token was rejected because of its session. */
public final class RejectedTokenException extends InvalidBearerTokenException {

    private static final long serialVersionUID = 1L;

    /** With the description of RFC 6750. */
    public RejectedTokenException() {
        this(null);
    }

    /** @param reason why the session of the token has ended, if that is known */
    public RejectedTokenException(@Nullable SessionEndReason reason) {
        super(reason == null ? SessionTrackingJwtValidator.ERROR_DESCRIPTION : reason.description());
    }
}
