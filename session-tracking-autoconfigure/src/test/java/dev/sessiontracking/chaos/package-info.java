// SPDX-License-Identifier: Apache-2.0

/**
 * A fleet of real processes, everything that goes wrong, and the judgement of what was answered meanwhile, all on the one
 * monotonic clock of the test.
 */
package dev.sessiontracking.chaos;
