// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import dev.sessiontracking.spi.SessionIds;
import org.jspecify.annotations.Nullable;

/** Refuses bad arguments with a message that names them, and never repeats their content. */
final class Arguments {

    private Arguments() {}

    static void requireSessionId(@Nullable String sessionId, String name) {
        if (sessionId == null || !SessionIds.isUsable(sessionId)) {
            throw new IllegalArgumentException(
                    name + " must have 1 to " + SessionIds.MAX_LENGTH + " characters of visible ASCII");
        }
    }

    static void requireUserId(@Nullable String userId) {
        if (userId == null || !SessionIds.isUsableUserId(userId)) {
            throw new IllegalArgumentException(
                    "userId must not be blank, must have at most " + SessionIds.MAX_USER_ID_LENGTH
                            + " characters, and must not have control characters or unpaired surrogates");
        }
    }

    static void requireNonNull(@Nullable Object value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
    }
}
