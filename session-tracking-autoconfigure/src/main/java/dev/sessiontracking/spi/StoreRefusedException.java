// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import dev.sessiontracking.SessionStoreUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * The store answers, but rejects an operation until its configuration or ours is changed, for example because of a
 * missing permission.
 */
public class StoreRefusedException extends SessionStoreUnavailableException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message the rejected operation, without secrets
     * @param cause the failure that the store's client reported, if any
     */
    public StoreRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
