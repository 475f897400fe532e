// SPDX-License-Identifier: Apache-2.0

/** An application of its own, for tests of slices of it. */
@NullMarked
package dev.sessiontracking.slices;

import org.jspecify.annotations.NullMarked;
