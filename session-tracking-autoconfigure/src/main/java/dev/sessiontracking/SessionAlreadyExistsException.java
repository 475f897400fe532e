package dev.sessiontracking;

/**
 * A session was to be created under an id that is already taken. Nothing was written: ids are used once, an existing
 * session is never overwritten.
 */
public class SessionAlreadyExistsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message which id, as its short hash */
    public SessionAlreadyExistsException(String message) {
        super(message);
    }
}
