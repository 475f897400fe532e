// SPDX-License-Identifier: Apache-2.0

/** What the filters of session tracking add to a request, by the processor time of its thread. */
@NullMarked
package dev.sessiontracking.benchmarks.chain;

import org.jspecify.annotations.NullMarked;
