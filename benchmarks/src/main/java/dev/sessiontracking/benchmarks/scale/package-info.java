// SPDX-License-Identifier: Apache-2.0

/** What grows with the number of sessions, of a user's sessions, and of nodes. */
@NullMarked
package dev.sessiontracking.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
