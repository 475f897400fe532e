// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * Thrown at startup if the configuration of session tracking cannot work or would silently protect nothing. The
 * application does not start. Spring Boot prints the description and the action.
 */
public class SessionTrackingSetupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * @param description what is wrong, with the name of the property and without secrets
     * @param action how to correct it
     */
    public SessionTrackingSetupException(String description, String action) {
        this(description, action, null);
    }

    /**
     * @param description what is wrong, with the name of the property and without secrets
     * @param action how to correct it
     * @param cause the cause, if its message contains no secrets
     */
    public SessionTrackingSetupException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /** How to correct it. */
    public String action() {
        return action;
    }
}
