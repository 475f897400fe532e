// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session: one login of one user on one device.
 *
 * @param id the session id, which the tokens of this session contain
 * @param userId the owner of the session
 * @param metadata the client's address and User-Agent at the login
 * @param createdAt the time of its creation
 * @param expiresAt the time at which it expires, unless it is renewed before; never later than {@code maxExpiresAt}
 * @param maxExpiresAt the time at which it expires even if it is renewed; {@code null} without such a limit
 * @param lastUse the login or the last refresh
 * @param tracked whether the session is in the store. An untracked session was created without a store or during an
 *     outage. It cannot be revoked by its id, and its tokens are valid until they expire
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

    /**
     * The claim that names a token's session: {@code sid}, as registered by OpenID Connect Front-Channel Logout 1.0.
     */
    public static final String SESSION_ID_CLAIM = "sid";

    public UserSession {
        expiresAt = maxExpiresAt != null && maxExpiresAt.isBefore(expiresAt) ? maxExpiresAt : expiresAt;
    }

    /** A session without an absolute limit that was not used since its login. */
    public UserSession(
            String id, String userId, SessionMetadata metadata, Instant createdAt, Instant expiresAt, boolean tracked) {
        this(id, userId, metadata, createdAt, expiresAt, null, new LastUse(createdAt, metadata), tracked);
    }

    /**
     * The login or the last refresh of a session.
     *
     * @param at the time of the use
     * @param metadata address and User-Agent of the request. A refresh without metadata does not change them
     */
    public record LastUse(Instant at, SessionMetadata metadata) {}

    /** This session as a store holds it: stamped by its clock, or after a renewal. */
    public UserSession stored(Instant created, Instant expires, @Nullable Instant maxExpires, LastUse use) {
        return new UserSession(id, userId, metadata, created, expires, maxExpires, use, true);
    }

    /** This session if it could not be stored. */
    public UserSession untracked() {
        return new UserSession(id, userId, metadata, createdAt, expiresAt, maxExpiresAt, lastUse, false);
    }

    /**
     * The claims that every token of this session must contain: {@code sid} if the session is tracked, otherwise none.
     * A token of an untracked session must not name a session, because it would be rejected after the outage.
     *
     * @return an immutable map
     */
    public Map<String, Object> claims() {
        return tracked ? Map.of(SESSION_ID_CLAIM, id) : Map.of();
    }

    /** Without the id and the metadata, which do not belong in a log. */
    @Override
    public String toString() {
        return "UserSession[userId=" + userId + ", createdAt=" + createdAt + ", expiresAt=" + expiresAt + ", tracked="
                + tracked + "]";
    }
}
