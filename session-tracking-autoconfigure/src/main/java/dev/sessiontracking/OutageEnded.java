// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Duration;
import java.time.Instant;

/**
 * An outage has ended: the store answers this node again.
 *
 * @param duration the duration of the outage
 * @param unverifiedChecks number of checks that the outage policy decided
 * @param untrackedLogins number of sessions that were created untracked
 * @param pendingRevocations number of revocations that became pending
 * @param at the end of the outage
 */
public record OutageEnded(
        Duration duration, long unverifiedChecks, long untrackedLogins, long pendingRevocations, Instant at)
        implements SessionEvent {}
