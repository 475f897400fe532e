// SPDX-License-Identifier: Apache-2.0

/** Processes that this one starts, and ends. */
@NullMarked
package dev.sessiontracking.benchmarks.process;

import org.jspecify.annotations.NullMarked;
