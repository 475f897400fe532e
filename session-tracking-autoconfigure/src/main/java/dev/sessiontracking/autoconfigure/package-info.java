// SPDX-License-Identifier: Apache-2.0

/** Switches session tracking on or off, and wires the engine to whatever store there is. */
@NullMarked
package dev.sessiontracking.autoconfigure;

import org.jspecify.annotations.NullMarked;
