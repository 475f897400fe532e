package dev.sessiontracking;

/**
 * The result of a revocation of a user's sessions.
 *
 * @param count how many live sessions the store has confirmed to be revoked; 0 while the revocation is pending
 * @param pending whether the store did not confirm the revocation: this node enforces it and applies it to the store as
 *     soon as that answers. How many sessions it ends is unknown until then; never read this as "none"
 */
public record RevokedSessions(long count, boolean pending) {}
