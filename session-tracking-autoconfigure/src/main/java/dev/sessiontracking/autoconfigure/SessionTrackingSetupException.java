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

    /**
     * Requires a valid value of a property.
     *
     * @param range what the value must be, such as "between 1 and 5"
     */
    public static void require(boolean isValid, String property, @Nullable Object value, String range, String action) {
        if (!isValid) {
            throw new SessionTrackingSetupException(
                    "The property " + property + " is " + value + ", but must be " + range + ".", action);
        }
    }

    /** Whether this is at least the first and at most the last. */
    public static <T extends Comparable<T>> boolean isBetween(T first, T value, T last) {
        return value.compareTo(first) >= 0 && value.compareTo(last) <= 0;
    }

    /** How to correct it. */
    public String action() {
        return action;
    }
}
