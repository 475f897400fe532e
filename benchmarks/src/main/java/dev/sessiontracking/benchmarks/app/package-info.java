// SPDX-License-Identifier: Apache-2.0

/** The applications that are compared over HTTP, each with the same endpoint. Each runs in a process of its own. */
@NullMarked
package dev.sessiontracking.benchmarks.app;

import org.jspecify.annotations.NullMarked;
