// SPDX-License-Identifier: Apache-2.0

/** A small REST application whose JWTs can be revoked: log in, call it, revoke, be refused. */
@NullMarked
package dev.sessiontracking.sample;

import org.jspecify.annotations.NullMarked;
