package dev.sessiontracking.core;

import org.jspecify.annotations.Nullable;

/** Refuses bad arguments with a message that names them, and never repeats their content. */
final class Arguments {

    private static final int MAX_USER_ID_LENGTH = 256;

    private Arguments() {}

    static void requireSessionId(@Nullable String sessionId, String name) {
        if (sessionId == null || !SessionIds.isUsable(sessionId)) {
            throw new IllegalArgumentException(
                    name + " must have 1 to " + SessionIds.MAX_LENGTH + " characters of visible ASCII");
        }
    }

    static void requireUserId(@Nullable String userId) {
        if (userId == null || userId.isBlank() || userId.length() > MAX_USER_ID_LENGTH) {
            throw new IllegalArgumentException(
                    "userId must not be blank and must have at most " + MAX_USER_ID_LENGTH + " characters");
        }
        if (userId.chars().anyMatch(Character::isISOControl) || hasUnpairedSurrogate(userId)) {
            throw new IllegalArgumentException("userId must not have control characters or unpaired surrogates");
        }
    }

    static void requireNonNull(@Nullable Object value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
    }

    /** Such a string has no UTF-8 form: two of them could meet in one key. */
    private static boolean hasUnpairedSurrogate(String value) {
        return value.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE);
    }
}
