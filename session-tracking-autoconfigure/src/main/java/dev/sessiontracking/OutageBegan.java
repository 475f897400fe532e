// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;

/**
 * An outage has begun: the store does not answer this node.
 *
 * @param reason the reason in words, without secrets
 * @param at the beginning of the outage
 */
public record OutageBegan(String reason, Instant at) implements SessionEvent {}
