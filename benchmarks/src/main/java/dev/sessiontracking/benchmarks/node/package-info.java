// SPDX-License-Identifier: Apache-2.0

/** The product in this process, without a web server. */
@NullMarked
package dev.sessiontracking.benchmarks.node;

import org.jspecify.annotations.NullMarked;
