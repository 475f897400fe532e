// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

/**
 * The result of a revocation of a user's sessions.
 *
 * @param count number of live sessions whose revocation the store has confirmed; 0 while the revocation is pending
 * @param pending whether the store did not confirm the revocation. This node enforces it and applies it to the store as
 *     soon as the store answers. The number of revoked sessions is unknown until then; it does not mean "none"
 */
public record RevokedSessions(long count, boolean pending) {}
