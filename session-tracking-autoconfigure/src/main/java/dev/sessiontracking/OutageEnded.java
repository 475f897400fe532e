package dev.sessiontracking;

import java.time.Duration;
import java.time.Instant;

/**
 * The store answers this node again.
 *
 * @param duration how long it did not
 * @param unverifiedChecks how many checks the outage policy decided
 * @param untrackedLogins how many sessions were begun that the store does not hold
 * @param pendingRevocations how many revocations the store could not confirm
 * @param at since when it answers
 */
public record OutageEnded(
        Duration duration, long unverifiedChecks, long untrackedLogins, long pendingRevocations, Instant at)
        implements SessionEvent {}
