// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/** A refresh token cannot be exchanged: the user has to log in again. Answer with 401. */
public class SessionEndedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message why, without secrets */
    public SessionEndedException(String message) {
        super(message);
    }
}
