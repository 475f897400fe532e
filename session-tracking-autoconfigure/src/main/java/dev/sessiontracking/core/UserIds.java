package dev.sessiontracking.core;

/** The one rule for what a user id may look like, wherever one is read: in arguments, tokens, and stored values. */
public final class UserIds {

    /** Longest user id, in characters. */
    public static final int MAX_LENGTH = 256;

    private UserIds() {}

    /**
     * Whether this text can be a user id: 1 to {@value #MAX_LENGTH} characters, not blank, without control characters, and
     * without unpaired surrogates. A text with an unpaired surrogate has no UTF-8 form, so two of them could share one key.
     */
    public static boolean isUsable(String userId) {
        if (userId.length() > MAX_LENGTH) {
            return false;
        }
        // A loop, because a stream takes longer than everything else that is done with a token's claims.
        int c;
        for (int i = 0; i < userId.length(); i += Character.charCount(c)) {
            c = userId.codePointAt(i);
            if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
                return false;
            }
        }
        return !userId.isBlank();
    }
}
