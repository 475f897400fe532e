// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A user's not-before marker: everything of the user that was authenticated at or before a time is invalid. The marker of
 * {@linkplain #ALL_USERS all users} is the cut-off.
 *
 * @param millis the time, by the store's clock, in milliseconds since the epoch; 0 when there is no marker
 * @param sparedSessionId a session that the last revocation has spared, or {@code null}
 * @param sparedMillis the time that holds for that session, from an earlier revocation; 0 when there was none
 */
public record NotBefore(long millis, @Nullable String sparedSessionId, long sparedMillis) {

    /** In place of a user id: the marker of all users is the cut-off. */
    public static final String ALL_USERS = "";

    /** No marker: nothing is invalid for it. */
    public static final NotBefore NONE = new NotBefore(0, null, 0);

    /** There was a marker, and it was cleared. */
    public static final NotBefore CLEARED = new NotBefore(-1, null, 0);

    /**
     * A marker to be written.
     *
     * @param time {@code null} for the store's present time
     * @param sparedSessionId a session to spare, or {@code null}
     */
    public static NotBefore of(@Nullable Instant time, @Nullable String sparedSessionId) {
        return new NotBefore(time == null ? 0 : time.toEpochMilli(), sparedSessionId, 0);
    }

    /** Whether there is a marker. */
    public boolean exists() {
        return millis > 0;
    }

    /** Whether this invalidates a session. The time of its beginning is compared as it is. */
    public boolean covers(String sessionId, Instant createdAt) {
        long time = sessionId.equals(sparedSessionId) ? sparedMillis : millis;
        return time > 0 && createdAt.toEpochMilli() <= time;
    }

    /**
     * Whether this invalidates a token that names no session.
     *
     * @param authenticatedAt when the user last gave credentials. A time in whole seconds stands for its beginning, so a
     *     token of the same second is invalid. Without a time, the token is invalid
     */
    public boolean coversToken(@Nullable Instant authenticatedAt) {
        return exists() && (authenticatedAt == null || authenticatedAt.isBefore(Instant.ofEpochMilli(millis + 1)));
    }
}
