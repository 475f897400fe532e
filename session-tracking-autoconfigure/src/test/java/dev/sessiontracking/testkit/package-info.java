// SPDX-License-Identifier: Apache-2.0

/** Real Redis servers that tests own, break and repair, and the small tools to look at them from outside. */
@NullMarked
package dev.sessiontracking.testkit;

import org.jspecify.annotations.NullMarked;
