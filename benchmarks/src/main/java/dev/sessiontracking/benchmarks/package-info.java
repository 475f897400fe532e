// SPDX-License-Identifier: Apache-2.0

/** The commands: JMH, side by side over HTTP, propagation, scale. Nothing here is published. */
@NullMarked
package dev.sessiontracking.benchmarks;

import org.jspecify.annotations.NullMarked;
