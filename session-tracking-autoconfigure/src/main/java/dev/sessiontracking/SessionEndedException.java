// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A refresh token cannot be exchanged: the user has to log in again. Answer with 401. */
public class SessionEndedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable SessionEndReason reason;

    /**
     * @param message what happened, without secrets
     * @param reason why the session has ended, or {@code null} if nobody knows
     */
    public SessionEndedException(String message, @Nullable SessionEndReason reason) {
        super(message);
        this.reason = reason;
    }

    /** Why the session has ended. Empty if nobody knows, or if the token is no refresh token of a session. */
    public Optional<SessionEndReason> reason() {
        return Optional.ofNullable(reason);
    }
}
