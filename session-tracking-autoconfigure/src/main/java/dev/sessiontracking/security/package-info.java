// SPDX-License-Identifier: Apache-2.0

/**
 * Checks the sessions that JWTs name: the validator for decoders, and the parts that all kinds of filter chains share.
 */
@NullMarked
package dev.sessiontracking.security;

import org.jspecify.annotations.NullMarked;
