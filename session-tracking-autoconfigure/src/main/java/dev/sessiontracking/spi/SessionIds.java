// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** What session ids and user ids may look like, how a new session id is made, and how an id is written to a log. */
public final class SessionIds {

    /** Longest session id, in characters. */
    public static final int MAX_LENGTH = 256;

    /** Longest user id: the longest subject (OpenID Connect Core 1.0 section 2), behind the alias of its issuer. */
    public static final int MAX_USER_ID_LENGTH = 288;

    private static final int RANDOM_BYTES = 24;

    private static final int HASH_BYTES = 4;

    private static final SecureRandom RANDOM = new SecureRandom();

    private SessionIds() {}

    /** A new id: 192 random bits, URL-safe. */
    public static String generate() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether this is 1 to {@value #MAX_LENGTH} characters of visible ASCII. */
    public static boolean isUsable(String sessionId) {
        int length = sessionId.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = sessionId.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether this text can be a user id: 1 to {@value #MAX_USER_ID_LENGTH} characters, not blank, without control characters, and
     * without unpaired surrogates. A text with an unpaired surrogate has no UTF-8 form, so two of them could share one key.
     */
    public static boolean isUsableUserId(String userId) {
        if (userId.length() > MAX_USER_ID_LENGTH) {
            return false;
        }
        // A loop, because a stream takes longer than everything else that is done with a token's claims.
        int c;
        for (int i = 0; i < userId.length(); i += Character.charCount(c)) {
            c = userId.codePointAt(i);
            if ((c < ' ' || c > '~') && (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE)) {
                return false;
            }
        }
        return !userId.isBlank();
    }

    /**
     * The short form for logs: {@code #} and 8 hexadecimal digits of the id's SHA-256, the same on every node. Enough
     * to follow one session through the logs, and useless to whoever reads them.
     */
    public static String hash(String sessionId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(sessionId.getBytes(StandardCharsets.UTF_8));
            return "#" + HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Every Java platform has SHA-256", impossible);
        }
    }
}
