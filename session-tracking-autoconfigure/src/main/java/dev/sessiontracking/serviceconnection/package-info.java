// SPDX-License-Identifier: Apache-2.0

/** Finds the Redis that Testcontainers or Docker Compose has started, in applications that have these modules. */
@NullMarked
package dev.sessiontracking.serviceconnection;

import org.jspecify.annotations.NullMarked;
