// SPDX-License-Identifier: Apache-2.0

/** A Redis server of our own, and what it says of its work. */
@NullMarked
package dev.sessiontracking.benchmarks.server;

import org.jspecify.annotations.NullMarked;
