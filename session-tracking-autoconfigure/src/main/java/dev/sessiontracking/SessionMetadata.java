// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import org.jspecify.annotations.Nullable;

/**
 * The client's address and User-Agent. Both values are untrusted input and are cleaned, not rejected: control
 * characters and unpaired surrogates are removed, long values are cut, and blank values become {@code null}.
 *
 * @param ip the client's address as text, at most {@value #MAX_IP_LENGTH} characters
 * @param userAgent the {@code User-Agent} header, at most {@value #MAX_USER_AGENT_LENGTH} characters
 */
public record SessionMetadata(@Nullable String ip, @Nullable String userAgent) {

    /** Maximum length of an address in characters. An IPv6 address with a zone identifier fits. */
    public static final int MAX_IP_LENGTH = 64;

    /** Maximum length of a User-Agent in characters. */
    public static final int MAX_USER_AGENT_LENGTH = 512;

    private static final SessionMetadata NONE = new SessionMetadata(null, null);

    public SessionMetadata {
        ip = clean(ip, MAX_IP_LENGTH);
        userAgent = clean(userAgent, MAX_USER_AGENT_LENGTH);
    }

    /**
     * The metadata of a session.
     *
     * @param ip the client's address, or {@code null} if it is not known
     * @param userAgent the client's User-Agent, or {@code null} if it sent none
     */
    public static SessionMetadata of(@Nullable String ip, @Nullable String userAgent) {
        return new SessionMetadata(ip, userAgent);
    }

    /** Metadata without any value. */
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
