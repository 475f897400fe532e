package dev.sessiontracking;

import org.jspecify.annotations.Nullable;

/**
 * Where a session was begun from. Both values come from outside, so they are cleaned rather than refused: control
 * characters and unpaired surrogates are removed, what is too long is cut, and what is blank afterwards is absent.
 *
 * @param ip the client's address as text, at most {@value #MAX_IP_LENGTH} characters
 * @param userAgent the {@code User-Agent} header, at most {@value #MAX_USER_AGENT_LENGTH} characters
 */
public record SessionMetadata(@Nullable String ip, @Nullable String userAgent) {

    /** Longest address kept, in characters: an IPv6 address with a zone identifier fits. */
    public static final int MAX_IP_LENGTH = 64;

    /** Longest User-Agent kept, in characters. */
    public static final int MAX_USER_AGENT_LENGTH = 512;

    private static final SessionMetadata NONE = new SessionMetadata(null, null);

    public SessionMetadata {
        ip = clean(ip, MAX_IP_LENGTH);
        userAgent = clean(userAgent, MAX_USER_AGENT_LENGTH);
    }

    /**
     * The metadata of a session.
     *
     * @param ip the client's address, or {@code null} when it is not known
     * @param userAgent the client's User-Agent, or {@code null} when it sent none
     */
    public static SessionMetadata of(@Nullable String ip, @Nullable String userAgent) {
        return new SessionMetadata(ip, userAgent);
    }

    /** Nothing known of the client. */
    public static SessionMetadata none() {
        return NONE;
    }

    private static @Nullable String clean(@Nullable String value, int maxLength) {
        if (value == null) {
            return null;
        }
        StringBuilder kept = new StringBuilder(Math.min(value.length(), maxLength));
        for (int i = 0; i < value.length(); ) {
            int c = value.codePointAt(i);
            i += Character.charCount(c);
            if (!isDisplayable(c)) {
                continue;
            }
            if (kept.length() + Character.charCount(c) > maxLength) {
                break;
            }
            kept.appendCodePoint(c);
        }
        String cleaned = kept.toString().strip();
        return cleaned.isEmpty() ? null : cleaned;
    }

    /** No control characters, no line separators, no invisible formatting such as a change of writing direction. */
    private static boolean isDisplayable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
