/** Figures, tables, and the conditions they were found under. */
@NullMarked
package dev.sessiontracking.benchmarks.report;

import org.jspecify.annotations.NullMarked;
