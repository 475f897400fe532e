// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Creates, checks, lists and revokes the sessions that an application's JWTs belong to. Inject it: it exists whether or
 * not session tracking is enabled, so application code stays the same.
 *
 * <p>All methods are thread-safe and block for a bounded time: at most {@code session.tracking.command-timeout} for
 * each round trip to the store.
 *
 * <p>"Not found" and "the store did not answer" never look alike. The outage policy applies to tokens:
 *
 * <table>
 * <caption>Results without an answer from the store</caption>
 * <tr><th></th><th>no {@code redis-url}</th><th>outage, policy {@code plain-jwt}</th><th>outage, policy {@code
 * reject}</th></tr>
 * <tr><td>create</td><td>an untracked session</td><td>an untracked session: plain JWT until its first refresh, where
 * the application creates one</td><td>throws {@link SessionStoreUnavailableException}</td></tr>
 * <tr><td>status</td><td>{@code UNKNOWN}</td><td>{@code UNKNOWN}, or {@code ENDED} if this node revoked it</td>
 * <td>the same</td></tr>
 * <tr><td>valid</td><td>true</td><td>true, or false if this node revoked it</td><td>throws, or false if this node
 * revoked it</td></tr>
 * <tr><td>renew</td><td>{@code UNVERIFIED}</td><td>{@code UNVERIFIED}, or {@code ENDED} if this node revoked it</td>
 * <td>throws, or {@code ENDED} if this node revoked it</td></tr>
 * <tr><td>revoke one by id, all, or others</td><td>nothing to revoke</td><td>enforced on this node and pending; the
 * result says so</td><td>the same, then throws</td></tr>
 * <tr><td>revoke one of a user</td><td>false</td><td>throws; nothing is revoked</td><td>the same</td></tr>
 * <tr><td>find, list</td><td>empty</td><td>throws</td><td>throws</td></tr>
 * </table>
 *
 * <p>A bad argument is an {@link IllegalArgumentException} that names the argument, and nothing is written. A session
 * id has 1 to 256 characters of visible ASCII. A user id has 1 to 288 characters, is not blank, and has no control
 * characters.
 */
public interface SessionService {

    /** The most sessions that {@link #getUserSessions} lists. */
    int MAX_LISTED_SESSIONS = 1_000;

    /**
     * Registers a session under the caller's id. When this returns a tracked session, it is in the store and in its
     * user's index. Ids are used once: never pass one that was used before, not even for a session that has ended.
     *
     * @param sessionId must be unguessable; see {@link #createSession(String, SessionMetadata)} for a generated one
     * @throws SessionAlreadyExistsException if a session with this id exists; it is not changed
     * @throws SessionLimitReachedException if the user has too many sessions and the limit's policy is {@code reject}
     * @throws SessionStoreUnavailableException if the store cannot be written and the policy is {@code reject}
     */
    UserSession createSession(String userId, String sessionId, SessionMetadata metadata);

    /**
     * Registers a session under a generated id of 192 random bits, URL-safe.
     *
     * @throws SessionLimitReachedException if the user has too many sessions and the limit's policy is {@code reject}
     * @throws SessionStoreUnavailableException if the store cannot be written and the policy is {@code reject}
     */
    UserSession createSession(String userId, SessionMetadata metadata);

    /**
     * Registers a session that replaces another one of the same user, for example after a login on the same device: the
     * other one ends, and does not count against the limit of the user's sessions. A session of another user is left alone.
     *
     * @param replacedSessionId may have ended already
     * @throws SessionLimitReachedException as for {@link #createSession(String, SessionMetadata)}
     * @throws SessionStoreUnavailableException if the store cannot be written and the policy is {@code reject}
     */
    UserSession createSession(String userId, SessionMetadata metadata, String replacedSessionId);

    /**
     * Registers the session of a login that was made during an outage. Call it when the client presents a verified
     * refresh token that names no session. If the session exists, it is renewed.
     *
     * <p>One token registers one session, once. After that session has ended, on any node and for any reason, the token
     * cannot register it again. Always use the same {@code sessionId} for one token, such as a hash of its {@code jti}.
     *
     * @param sessionId must be unguessable
     * @param authenticatedAt when the user gave credentials ({@code auth_time}); becomes the session's creation time
     * @param tokenExpiresAt when that refresh token expires
     * @return the live session, untracked if the store does not answer and the policy is {@code plain-jwt}; empty if
     *     the session has ended, if it belongs to another user, or if the user's not-before marker covers this login
     * @throws SessionStoreUnavailableException if the store does not answer and the policy is {@code reject}
     */
    Optional<UserSession> registerSession(
            String userId, String sessionId, SessionMetadata metadata, Instant authenticatedAt, Instant tokenExpiresAt);

    /** Returns the status of a session. Does not throw during an outage, but returns {@link SessionStatus#UNKNOWN}. */
    SessionStatus getSessionStatus(String sessionId);

    /**
     * Returns whether tokens of this session are accepted. If its {@linkplain #getSessionStatus(String) status} is
     * {@code UNKNOWN}, the outage policy decides.
     *
     * @throws SessionStoreUnavailableException if the store does not answer and the policy is {@code reject}
     */
    boolean isSessionValid(String sessionId);

    /**
     * Finds a live session.
     *
     * @return empty if the store holds no such session, or if there is no store
     * @throws SessionStoreUnavailableException if the store does not answer, under either policy
     */
    Optional<UserSession> findSession(String sessionId);

    /**
     * Renews a session: it gets its full lifetime again. Call this on every refresh. Renewing never resurrects a
     * revoked session, not even under concurrency.
     *
     * @throws SessionStoreUnavailableException if the store does not answer and the policy is {@code reject}
     */
    SessionRenewal renewSession(String sessionId);

    /**
     * Revokes a session: this node rejects its tokens from now on, and every other node as soon as the store informs
     * it. Idempotent. Does not check the owner of the session. For an id that a client has sent, use {@link
     * #revokeSession(String, String)}.
     *
     * @return false only if the store confirmed that there was nothing to revoke, or if there is no store; true if this
     *     call ended the session, or if the revocation is pending because the store did not answer
     * @throws SessionStoreUnavailableException if the store did not confirm the revocation and the policy is
     *     {@code reject}; the revocation is enforced on this node and pending all the same
     */
    default boolean revokeSession(String sessionId) {
        return revokeSession(sessionId, SessionEndReason.REVOKED);
    }

    /**
     * As {@link #revokeSession(String)}, and the session's clients learn why.
     *
     * @param reason one of the constants, or one of the application's own
     */
    boolean revokeSession(String sessionId, SessionEndReason reason);

    /**
     * Revokes a session if it belongs to this user. Safe for ids that clients send.
     *
     * @return false, with nothing revoked, if there is no such session, if it belongs to another user, or if there is
     *     no store; true as for {@link #revokeSession(String)}
     * @throws SessionStoreUnavailableException if the owner cannot be determined because the store does not answer,
     *     under either policy; nothing is revoked then. Also as for {@link #revokeSession(String)}
     */
    default boolean revokeSession(String userId, String sessionId) {
        return revokeSession(userId, sessionId, SessionEndReason.REVOKED);
    }

    /** As {@link #revokeSession(String, String)}, and the session's clients learn why. */
    boolean revokeSession(String userId, String sessionId, SessionEndReason reason);

    /**
     * Revokes a session that a token may still register, and prevents its registration. Use it for the logout of a
     * login that was made during an outage.
     *
     * @param registrableUntil when that refresh token expires
     * @return as for {@link #revokeSession(String)}
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    boolean revokeSession(String sessionId, Instant registrableUntil);

    /**
     * Revokes all sessions of a user, and everything else of the user that was authenticated until now: logins made
     * during an outage, which have no session yet. Call it for "log out everywhere" and for a password change too.
     *
     * <p>The store keeps the time of this call as the user's not-before marker, for as long as a token can live. Tokens
     * without a session are compared with it by {@code auth_time}. A token without {@code auth_time}, or of the same
     * second, is rejected. A later login gets a session, which the marker never covers, whatever the clocks say. A
     * session whose creation races with this call may live on; it is then in the user's list and can be revoked.
     *
     * @return how many live sessions were revoked, and whether the revocation is pending
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    default RevokedSessions revokeAllUserSessions(String userId) {
        return revokeAllUserSessions(userId, SessionEndReason.REVOKED);
    }

    /** As {@link #revokeAllUserSessions(String)}, and the clients learn why. */
    RevokedSessions revokeAllUserSessions(String userId, SessionEndReason reason);

    /**
     * Revokes all sessions of a user but one, and everything else as {@link #revokeAllUserSessions} does.
     *
     * @param currentSessionId the session to keep
     * @return how many live sessions were revoked, not counting the kept one, and whether the revocation is pending
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    default RevokedSessions revokeOtherUserSessions(String userId, String currentSessionId) {
        return revokeOtherUserSessions(userId, currentSessionId, SessionEndReason.REVOKED);
    }

    /** As {@link #revokeOtherUserSessions(String, String)}, and the clients learn why. */
    RevokedSessions revokeOtherUserSessions(String userId, String currentSessionId, SessionEndReason reason);

    /**
     * Reads a user's not-before marker: everything of the user that was authenticated at or before this time is
     * invalid.
     *
     * @return empty if the user has none, or if there is no store
     * @throws SessionStoreUnavailableException if the store does not answer, under either policy
     */
    Optional<Instant> getNotBefore(String userId);

    /**
     * Clears a user's not-before marker. Revoked sessions stay revoked.
     *
     * @throws SessionStoreUnavailableException if the store does not confirm it, under either policy
     */
    void clearNotBefore(String userId);

    /**
     * Ends all sessions of all users that began until now. Call it after an incident, or after a backup of the store was
     * restored.
     *
     * @return as for {@link #revokeAllSessions(Instant)}
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    default SessionCutoff revokeAllSessions() {
        return revokeAllSessions(Instant.MAX);
    }

    /**
     * Ends all sessions of all users that began at or before a time: sets the cut-off. The cut-off is only ever raised.
     * Nothing is deleted and nothing is scanned: such sessions are rejected, not listed and not renewed, and expire. Tokens
     * without a session are compared by {@code auth_time}, as {@link #revokeAllUserSessions} says. The store keeps the
     * cut-off for as long as a session or token can live.
     *
     * <p>Other nodes enforce it within a second. During an outage it is pending: this node enforces it at once, and without
     * a verified check it also rejects tokens that do not say in {@code auth_time} that they are later.
     *
     * @param until after 1970. The store's present time counts if that is earlier
     * @return the cut-off that holds now, and whether it is pending
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    SessionCutoff revokeAllSessions(Instant until);

    /**
     * Reads the cut-off.
     *
     * @return empty if there is none, or if there is no store
     * @throws SessionStoreUnavailableException if the store does not answer, under either policy
     */
    Optional<Instant> getSessionCutoff();

    /**
     * Clears the cut-off. Sessions that it ended and that have not expired are valid again.
     *
     * @throws SessionStoreUnavailableException if the store does not confirm it, under either policy
     */
    void clearSessionCutoff();

    /**
     * Counts the live sessions that {@link #revokeAllSessions(Instant)} would end. Reads a bounded number of keys: of a
     * larger store, the count is an estimate.
     *
     * @throws SessionStoreUnavailableException if the store does not answer, or cannot count, under either policy
     */
    SessionCutoff.Affected countSessions(Instant until);

    /**
     * Lists the live sessions of a user, the newest first. Of a user with more than {@value #MAX_LISTED_SESSIONS}
     * sessions, those that expire last are listed. Revoking all sessions of a user has no such limit.
     *
     * @return an immutable list; empty if the user has no live session, or if there is no store
     * @throws SessionStoreUnavailableException if the store does not answer, under either policy
     */
    List<UserSession> getUserSessions(String userId);

    /**
     * The result of a revocation of a user's sessions.
     *
     * @param count number of live sessions whose revocation the store has confirmed; 0 while the revocation is pending
     * @param pending whether the store did not confirm the revocation. This node enforces it and applies it to the store as
     *     soon as the store answers. The number of revoked sessions is unknown until then; it does not mean "none"
     */
    record RevokedSessions(long count, boolean pending) {}

    /** The result of a {@linkplain SessionService#renewSession(String) renewal}. */
    enum SessionRenewal {

        /** The session is live and has its full lifetime again. */
        RENEWED,

        /** The session has ended; nothing was written. Reject the refresh token. */
        ENDED,

        /**
         * The store did not answer, or there is no store. It is unknown whether the session is live and whether it was
         * renewed. You may issue an access token, but no refresh token that lives longer than the presented one.
         */
        UNVERIFIED
    }
}
