// SPDX-License-Identifier: Apache-2.0

/** The documentation says only what is there: its code compiles, and the names in it exist. */
@NullMarked
package dev.sessiontracking.documentation;

import org.jspecify.annotations.NullMarked;
