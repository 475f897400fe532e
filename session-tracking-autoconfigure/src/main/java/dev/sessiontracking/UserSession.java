package dev.sessiontracking;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session: one login of one user on one device.
 *
 * @param id the session id, which tokens of this session carry
 * @param userId whose session it is
 * @param metadata where it was begun from
 * @param createdAt when it was begun
 * @param expiresAt when it ends unless it is renewed before
 * @param maxExpiresAt when it ends even if it is renewed; {@code null} without such a limit
 * @param lastUse the login or the last refresh
 * @param tracked whether the store holds it. An untracked session was begun while there was no store: it cannot be
 *     revoked, and its tokens live until they expire
 */
public record UserSession(
        String id,
        String userId,
        SessionMetadata metadata,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant maxExpiresAt,
        LastUse lastUse,
        boolean tracked) {

    /** The claim that names a token's session: {@code sid}, as registered by OpenID Connect Front-Channel Logout 1.0. */
    public static final String SESSION_ID_CLAIM = "sid";

    /** A session without an absolute limit that was not used since its login. */
    public UserSession(
            String id, String userId, SessionMetadata metadata, Instant createdAt, Instant expiresAt, boolean tracked) {
        this(id, userId, metadata, createdAt, expiresAt, null, new LastUse(createdAt, metadata), tracked);
    }

    /**
     * The login or the last refresh of a session.
     *
     * @param at when it was
     * @param metadata where the request came from. A refresh that does not say so leaves it as it was
     */
    public record LastUse(Instant at, SessionMetadata metadata) {}

    /**
     * The claims that every token of this session must carry: {@code sid} when it is tracked, nothing when it is not.
     * An untracked session's token must not name a session, for once the store is back it would be refused.
     *
     * @return an immutable map
     */
    public Map<String, Object> claims() {
        return tracked ? Map.of(SESSION_ID_CLAIM, id) : Map.of();
    }

    /** Without the id and where it was begun from: neither belongs in a log. */
    @Override
    public String toString() {
        return "UserSession[userId=" + userId + ", createdAt=" + createdAt + ", expiresAt=" + expiresAt + ", tracked="
                + tracked + "]";
    }
}
