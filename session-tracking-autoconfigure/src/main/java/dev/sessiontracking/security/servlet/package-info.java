// SPDX-License-Identifier: Apache-2.0

/** Checks sessions in servlet filter chains, logs tokens out, and reports which chains are checked. */
@NullMarked
package dev.sessiontracking.security.servlet;

import org.jspecify.annotations.NullMarked;
