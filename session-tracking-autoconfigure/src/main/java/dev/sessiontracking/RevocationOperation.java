// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/** The sessions that a revocation ends. */
public enum RevocationOperation {

    /** One session: {@link SessionService#revokeSession}. */
    ONE,

    /** All sessions of a user: {@link SessionService#revokeAllUserSessions}. */
    ALL,

    /** All sessions of a user but one: {@link SessionService#revokeOtherUserSessions}. */
    OTHERS,

    /** All sessions of all users: {@link SessionService#revokeAllSessions()}. */
    ALL_USERS
}
