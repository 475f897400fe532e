// SPDX-License-Identifier: Apache-2.0

/** Figures, tables, and the conditions they were found under. */
@NullMarked
package dev.sessiontracking.benchmarks.report;

import org.jspecify.annotations.NullMarked;
