// SPDX-License-Identifier: Apache-2.0

/** Meters of session tracking. The only package that uses Micrometer. */
@NullMarked
package dev.sessiontracking.metrics;

import org.jspecify.annotations.NullMarked;
