// SPDX-License-Identifier: Apache-2.0

/** What a node keeps in its own memory. */
@NullMarked
package dev.sessiontracking.benchmarks.memory;

import org.jspecify.annotations.NullMarked;
