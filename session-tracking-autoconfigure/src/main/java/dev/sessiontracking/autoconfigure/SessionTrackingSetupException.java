package dev.sessiontracking.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * Session tracking is set up in a way that cannot work, or would silently protect nothing. The application does not
 * start; a failure analysis prints the description and the action.
 */
public class SessionTrackingSetupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * @param description what is wrong, naming the property; without secrets
     * @param action how to put it right
     */
    public SessionTrackingSetupException(String description, String action) {
        this(description, action, null);
    }

    /**
     * @param description what is wrong, naming the property; without secrets
     * @param action how to put it right
     * @param cause what was found, if its message is free of secrets
     */
    public SessionTrackingSetupException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /** How to put it right. */
    public String action() {
        return action;
    }
}
