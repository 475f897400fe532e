package dev.sessiontracking;

import org.jspecify.annotations.Nullable;

/**
 * The store could not answer. Never means "not found": whether the session lives is unknown. A write that ended with
 * this exception may or may not have been, or may still be, carried out.
 */
public class SessionStoreUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message why there was no answer, without secrets
     * @param cause what the store's client reported, if anything
     */
    public SessionStoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
