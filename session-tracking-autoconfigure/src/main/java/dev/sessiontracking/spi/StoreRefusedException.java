package dev.sessiontracking.spi;

import dev.sessiontracking.SessionStoreUnavailableException;
import org.jspecify.annotations.Nullable;

/** The store answers, but will not do this for us until somebody changes its configuration or ours: a right is missing. */
public class StoreRefusedException extends SessionStoreUnavailableException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message what was refused, without secrets
     * @param cause what the store's client reported, if anything
     */
    public StoreRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
