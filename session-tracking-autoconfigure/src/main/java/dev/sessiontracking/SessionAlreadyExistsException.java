// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/**
 * Thrown if a session is created with an id that is already taken. Nothing was written. Each id is used once, and an
 * existing session is never overwritten.
 */
public class SessionAlreadyExistsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message contains the short hash of the id */
    public SessionAlreadyExistsException(String message) {
        super(message);
    }
}
