package dev.sessiontracking;

import java.time.Duration;
import java.time.Instant;

/**
 * The store answers this node again.
 *
 * @param duration how long it did not
 * @param unprovenChecks how many sessions could not be looked up meanwhile
 * @param untrackedLogins how many sessions were begun that the store does not hold
 * @param keptRevocations how many revocations this node kept for it
 * @param at since when it answers
 */
public record OutageEnded(
        Duration duration, long unprovenChecks, long untrackedLogins, long keptRevocations, Instant at)
        implements SessionEvent {}
