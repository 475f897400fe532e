/** Processes that this one starts, and ends. */
@NullMarked
package dev.sessiontracking.benchmarks.process;

import org.jspecify.annotations.NullMarked;
