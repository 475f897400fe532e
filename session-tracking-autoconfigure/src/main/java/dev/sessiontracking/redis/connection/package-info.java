// SPDX-License-Identifier: Apache-2.0

/** The connections to the masters: connecting, failures, circuit breakers, requests. */
@NullMarked
package dev.sessiontracking.redis.connection;

import org.jspecify.annotations.NullMarked;
