// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The cut-off: all sessions of all users that began at or before this time are invalid.
 *
 * @param time the time, by the store's clock; {@code null} if there is no store
 * @param pending whether the store did not confirm it. This node enforces it and applies it to the store as soon as the
 *     store answers
 */
public record SessionCutoff(@Nullable Instant time, boolean pending) {

    /**
     * How many sessions a cut-off would end.
     *
     * @param count number of live sessions, exact or estimated
     * @param exact whether the store has counted all of them; false if it has counted a sample
     */
    public record Affected(long count, boolean exact) {}
}
