package dev.sessiontracking.core;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.UserSession;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions are kept. A session is live exactly as long as the store holds it.
 *
 * <p>Every stage completes in bounded time, and exceptionally with {@link SessionStoreUnavailableException} when the
 * store did not answer, which is never the same as "not found". Thread-safe; no method blocks.
 */
public interface SessionStore {

    /**
     * Writes a session and its index entry. A session is never left without its index entry.
     *
     * @param ttl how long the store keeps it, counted by the store's clock
     * @return false, with the existing session untouched, when the id is taken
     */
    CompletionStage<Boolean> create(UserSession session, Duration ttl);

    /** Tells whether the store holds a session of this id. */
    CompletionStage<Boolean> exists(String sessionId);

    /** Reads a session. Empty when there is none or when its value cannot be read. */
    CompletionStage<Optional<UserSession>> find(String sessionId);

    /**
     * Gives a session its full lifetime again, never creating it.
     *
     * @return false when the store holds none
     */
    CompletionStage<Boolean> renew(String sessionId, Duration ttl);

    /**
     * Removes a session and its index entry.
     *
     * @param userId whose session it is, or {@code null} to have it looked up
     * @return whether the store held it
     */
    CompletionStage<Boolean> revoke(String sessionId, @Nullable String userId);

    /**
     * Removes sessions that were revoked before, in case the store has got them back. Index entries that name nothing
     * may stay.
     *
     * @return how many it had got back
     */
    CompletionStage<Long> revokeAgain(List<String> sessionIds);

    /**
     * Removes those sessions of a user that match, and their index entries.
     *
     * @param which is asked for each session that the store holds, before it is removed; a session whose value cannot
     *     be read is removed without asking
     * @return the ids of those that this call removed
     */
    CompletionStage<List<String>> revokeAll(String userId, Predicate<UserSession> which);

    /** Tells a listener of outages from now on, and at once of one that lasts. A store that cannot tell has none. */
    default void listen(StoreListener listener) {}

    /** What is known of this store, without asking it. */
    default StoreDescription describe() {
        return StoreDescription.UNKNOWN;
    }

    /** Lists the sessions of a user, in no order. Values that cannot be read are left out. */
    CompletionStage<List<UserSession>> findByUser(String userId);
}
