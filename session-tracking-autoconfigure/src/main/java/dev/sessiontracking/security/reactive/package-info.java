// SPDX-License-Identifier: Apache-2.0

/** Checks the sessions of tokens in WebFlux applications and gateways. Never blocks an event loop. */
@NullMarked
package dev.sessiontracking.security.reactive;

import org.jspecify.annotations.NullMarked;
