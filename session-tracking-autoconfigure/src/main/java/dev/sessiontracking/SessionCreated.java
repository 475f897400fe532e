// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;

/**
 * A session was created.
 *
 * @param session the session; not {@linkplain UserSession#tracked() tracked} if it was created during an outage
 * @param at the time of its creation
 */
public record SessionCreated(UserSession session, Instant at) implements SessionEvent {}
