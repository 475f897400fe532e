// SPDX-License-Identifier: Apache-2.0

/** One operation in process: what a check, the filters and the changes of a session cost. */
@NullMarked
package dev.sessiontracking.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
