// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A call of this node has set or cleared the cut-off of all users, and the store has confirmed this. A call that the store
 * did not confirm publishes {@link RevocationPending} instead.
 *
 * @param cutoff the cut-off that holds now, or {@code null} if it was cleared
 * @param principal name of the authenticated caller, if there is one
 * @param at the time of the confirmation
 */
public record SessionCutoffChanged(
        @Nullable Instant cutoff, @Nullable String principal, Instant at) implements SessionEvent {}
