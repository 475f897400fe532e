// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.format;

import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionIds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the revocation feed: a revoked session ({@code session}, {@code owner}), or a not-before marker that was
 * raised or cleared ({@code user}, {@code marker}). The time of the revocation is the id of the entry in the stream.
 *
 * @param sessionId the revoked session, or {@code null}
 * @param owner a short hash of the user of that session, if known
 * @param userId the user of the marker, or {@code null}
 * @param marker the marker as Redis holds it
 */
public record FeedEntry(
        @Nullable String sessionId,
        @Nullable String owner,
        @Nullable String userId,
        NotBefore marker) {

    private static final String SESSION = "session";

    private static final String OWNER = "owner";

    private static final String USER = "user";

    private static final String MARKER = "marker";

    private static final Set<String> FIELDS = Set.of(SESSION, OWNER, USER, MARKER);

    /** Whether entries can have a field of this name. */
    public static boolean isField(String name) {
        return FIELDS.contains(name);
    }

    public static FeedEntry ofSession(String sessionId, @Nullable String userId) {
        return new FeedEntry(sessionId, userId == null ? null : SessionIds.hash(userId), null, NotBefore.NONE);
    }

    public static FeedEntry ofMarker(String userId, NotBefore marker) {
        return new FeedEntry(null, SessionIds.hash(userId), userId, marker);
    }

    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        if (sessionId != null) {
            fields.put(SESSION, sessionId);
            if (owner != null) {
                fields.put(OWNER, owner);
            }
        } else if (userId != null) {
            fields.put(USER, userId);
            fields.put(MARKER, MarkerValue.text(marker));
        }
        return fields;
    }

    /** Reads an entry. Returns {@code null} for an entry that this version does not know. */
    public static @Nullable FeedEntry read(Map<String, String> fields) {
        String sessionId = fields.get(SESSION);
        if (sessionId != null && SessionIds.isUsable(sessionId)) {
            return new FeedEntry(sessionId, fields.get(OWNER), null, NotBefore.NONE);
        }
        String userId = fields.get(USER);
        NotBefore marker = MarkerValue.parse(fields.get(MARKER));
        boolean isKnown = marker.exists() || marker.equals(NotBefore.CLEARED);
        return userId != null && isKnown && (SessionIds.isUsableUserId(userId) || userId.equals(NotBefore.ALL_USERS))
                ? ofMarker(userId, marker)
                : null;
    }
}
