// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/** The current status of a session id. */
public enum SessionStatus {

    /** Registered, not revoked, not expired. */
    LIVE,

    /** Revoked, expired, or never registered. These cases cannot be distinguished, and all tokens are rejected. */
    ENDED,

    /** The store did not answer, or there is no store. The outage policy decides. */
    UNKNOWN
}
