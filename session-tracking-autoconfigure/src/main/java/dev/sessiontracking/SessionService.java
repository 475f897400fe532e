package dev.sessiontracking;

import java.util.List;
import java.util.Optional;

/**
 * Registers, checks, lists and revokes the sessions that an application's JWTs belong to. Inject it; it is there
 * whether or not session tracking is switched on, so application code stays the same.
 *
 * <p>All methods are thread-safe and block for a bounded time: no longer than {@code session.tracking.command-timeout}
 * for each round trip to the store.
 *
 * <p>What a method does when there is no store to ask:
 *
 * <table>
 * <caption>Behaviour without a store</caption>
 * <tr><th></th><th>no {@code redis-url}</th><th>outage, policy {@code plain-jwt}</th><th>outage, policy {@code reject}</th></tr>
 * <tr><td>create</td><td>a session, {@code tracked} false</td><td>a session, {@code tracked} false: plain JWT until
 * its first refresh, where the application creates one</td><td>throws {@link SessionStoreUnavailableException}</td></tr>
 * <tr><td>status</td><td>{@code UNKNOWN}</td><td>{@code UNKNOWN}, or {@code ENDED} when known revoked</td>
 * <td>the same</td></tr>
 * <tr><td>valid, renew</td><td>true</td><td>true unless known revoked</td><td>throws, or false when known
 * revoked</td></tr>
 * <tr><td>revoke</td><td>false or 0</td><td>enforced on this node, kept for the server, counted as far as known</td>
 * <td>the same, then throws</td></tr>
 * <tr><td>find, list</td><td>empty</td><td>empty</td><td>throws</td></tr>
 * </table>
 *
 * <p>Bad arguments are an {@link IllegalArgumentException} that names the argument, and nothing is written: a session
 * id must have 1 to 256 characters of visible ASCII; a user id 1 to 256 characters, not blank, without control
 * characters.
 */
public interface SessionService {

    /**
     * Registers a session under the caller's id. When this returns a tracked session, it is in the store and in its
     * user's index. Ids are used once: never pass one that was used before, not even for a session that has ended.
     *
     * @param sessionId must be unguessable; see {@link #createSession(String, SessionMetadata)} for a generated one
     * @throws SessionAlreadyExistsException when a session of this id exists; it is left as it is
     * @throws SessionStoreUnavailableException when the store cannot be written and the policy is {@code reject}
     */
    UserSession createSession(String userId, String sessionId, SessionMetadata metadata);

    /**
     * Registers a session under a generated id of 192 random bits, URL-safe.
     *
     * @throws SessionStoreUnavailableException when the store cannot be written and the policy is {@code reject}
     */
    UserSession createSession(String userId, SessionMetadata metadata);

    /** Tells what is known of a session. Never throws for an outage: that is {@link SessionStatus#UNKNOWN}. */
    SessionStatus getSessionStatus(String sessionId);

    /**
     * Tells whether tokens of this session may pass: its {@linkplain #getSessionStatus(String) status}, with the
     * outage policy deciding what {@code UNKNOWN} means.
     *
     * @throws SessionStoreUnavailableException when the store does not answer and the policy is {@code reject}
     */
    boolean isSessionValid(String sessionId);

    /**
     * Finds a live session.
     *
     * @throws SessionStoreUnavailableException when the store does not answer and the policy is {@code reject}
     */
    Optional<UserSession> findSession(String sessionId);

    /**
     * Gives a session its full lifetime again; call it on every refresh. A renewal never brings a session back that
     * has ended, whatever it races with.
     *
     * @return false, with nothing written, when the session has ended
     * @throws SessionStoreUnavailableException when the store does not answer and the policy is {@code reject}
     */
    boolean renewSession(String sessionId);

    /**
     * Ends a session: from now on this node refuses its tokens, and so does every other node as soon as it hears of
     * it. Idempotent.
     *
     * @return true when the session was live
     * @throws SessionStoreUnavailableException when the store did not confirm it and the policy is {@code reject};
     *     the revocation is enforced on this node and kept for the store all the same
     */
    boolean revokeSession(String sessionId);

    /**
     * Ends a session whose user the caller knows, as from a verified token: the same as {@link #revokeSession(String)},
     * with one round trip less. Whose session it is is not checked here.
     *
     * @return true when the session was live
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    default boolean revokeSession(String userId, String sessionId) {
        return revokeSession(sessionId);
    }

    /**
     * Ends all sessions of a user. A session whose creation races with this call may live on; it is then in the
     * user's list and can be revoked.
     *
     * @return how many were live
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    long revokeAllUserSessions(String userId);

    /**
     * Ends all sessions of a user but one.
     *
     * @param currentSessionId the session to keep
     * @return how many were live, the kept one not counted
     * @throws SessionStoreUnavailableException as for {@link #revokeSession(String)}
     */
    long revokeOtherUserSessions(String userId, String currentSessionId);

    /**
     * Lists the live sessions of a user, the newest first.
     *
     * @return an immutable list
     * @throws SessionStoreUnavailableException when the store does not answer and the policy is {@code reject}
     */
    List<UserSession> getUserSessions(String userId);
}
