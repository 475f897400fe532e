package dev.sessiontracking.core.cache;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.cache.NearCache.Status;
import dev.sessiontracking.spi.NotBefore;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads whose answers the store promises to take back: it feeds a near cache, and keeps its proof fresh while there is
 * traffic. Thread-safe; no method blocks.
 */
public interface CachingReader {

    /** The cache that this session's answers are in. */
    NearCache cacheOf(String sessionId);

    /** All caches that it feeds, for whoever watches. */
    default List<NearCache> caches() {
        return List.of();
    }

    /** Whether answers are kept. */
    default Status status() {
        return Status.ON;
    }

    /** Called for every check, before anything else: renews what proves the cache, as far as the traffic needs it. */
    void checking(String sessionId);

    /** Says who is to learn what the store's pushes show; one listener, set before the first check. */
    default void tell(RevocationObserver evidence) {}

    /**
     * Asks the store in the way that fills the cache; {@code null} when that way is not open, and the store must be
     * asked in the ordinary way.
     *
     * @return whether there is such a session; fails with {@link SessionStoreUnavailableException}
     */
    @Nullable
    CompletionStage<Boolean> read(String sessionId);

    /**
     * The not-before marker of a user, as the cache has it; {@code null} if it must be read. Renews what proves the cache,
     * as {@link #checking} does.
     */
    default @Nullable NotBefore cachedNotBefore(String userId) {
        return null;
    }

    /**
     * Reads a user's not-before marker in the way that fills the cache; {@code null} if that way is not open. A stage that
     * completes with {@code null} says that another server must be asked.
     */
    default @Nullable CompletionStage<@Nullable NotBefore> readNotBefore(String userId) {
        return null;
    }

    /** Removes what the cache has of a user's not-before marker. */
    default void forgetNotBefore(String userId) {}

    /**
     * What the reader of a near cache learns of revocations. Called on the store's threads: no method blocks or throws.
     */
    interface RevocationObserver {

        /** Nobody wants to know. */
        RevocationObserver IGNORED = new RevocationObserver() {};

        /** Whether this node remembers the session as revoked. */
        default boolean isRevoked(String sessionId) {
            return false;
        }

        /** A session was live, the store told that it had changed, and it is gone although it had not expired. */
        default void seenRevoked(String sessionId) {}

        /** A session that this node remembers as revoked is in the store. */
        default void seenAlive(String sessionId) {}
    }
}
