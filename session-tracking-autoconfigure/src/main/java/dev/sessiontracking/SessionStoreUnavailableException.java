// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if the store did not answer. It never means "not found": the state of the session is unknown. The store may or
 * may not have executed a write that failed with this exception, or may still execute it.
 */
public class SessionStoreUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message the reason, without secrets
     * @param cause the failure that the store's client reported, if any
     */
    public SessionStoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
