// SPDX-License-Identifier: Apache-2.0

/** Starts the applications, loads them over HTTP in interleaved rounds, and compares them. */
@NullMarked
package dev.sessiontracking.benchmarks.http;

import org.jspecify.annotations.NullMarked;
