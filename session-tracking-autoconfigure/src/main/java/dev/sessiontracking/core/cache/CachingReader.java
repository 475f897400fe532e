// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.cache;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.cache.NearCache.Status;
import dev.sessiontracking.spi.NotBefore;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads sessions through a near cache: the store invalidates what it has answered. Renews the lease of the cache while there
 * is traffic. Thread-safe; no method blocks.
 */
public interface CachingReader {

    /** The cache that this session's answers are in. */
    NearCache cacheOf(String sessionId);

    /** All caches that it fills. */
    default List<NearCache> caches() {
        return List.of();
    }

    /** Whether answers are kept. */
    default Status status() {
        return Status.ON;
    }

    /** Called for every check, before anything else: renews the lease of the cache if it is aging. */
    void checking(String sessionId);

    /** Sets who learns what invalidations say about revocations; one observer, set before the first check. */
    default void observe(RevocationObserver observer) {}

    /**
     * Asks the store in the way that fills the cache; {@code null} when that way is not open, and the store must be
     * asked in the ordinary way.
     *
     * @return whether there is such a session; fails with {@link SessionStoreUnavailableException}
     */
    @Nullable
    CompletionStage<Boolean> read(String sessionId);

    /**
     * The not-before marker of a user, as the cache has it; {@code null} if it must be read. Renews the lease, as
     * {@link #checking} does.
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

    /** What this node knows of the revocations that other nodes announced. */
    default FeedState feed() {
        return FeedState.OFF;
    }

    /**
     * What a node knows of the revocations that other nodes announced.
     *
     * @param coverage whether it knows all of them
     * @param behindSince since when it may miss some, or {@code null} if it misses none
     * @param gaps how often announcements were lost before this node had read them
     */
    record FeedState(Coverage coverage, @Nullable Instant behindSince, long gaps) {

        /** There are no announcements. */
        public static final FeedState OFF = new FeedState(Coverage.OFF, null, 0);

        /** Whether a node knows all announcements. */
        public enum Coverage {
            /** There are none: the feed is off, or not permitted. */
            OFF,
            /** The node has read all of them, and the store notifies it of new ones. */
            COMPLETE,
            /** The node is not connected, or is catching up. */
            BEHIND,
            /** The node is connected, but announcements were lost that may still matter. */
            GAP
        }
    }

    /**
     * Learns what invalidations say about revocations. Called on the store's threads: no method blocks or throws.
     */
    interface RevocationObserver {

        /** Ignores everything. */
        RevocationObserver IGNORED = new RevocationObserver() {};

        /** Whether this node remembers the session as revoked. */
        default boolean isRevoked(String sessionId) {
            return false;
        }

        /** A session was live and is gone before it expired: somebody else has revoked it. */
        default void onRevokedElsewhere(String sessionId) {}

        /** The store holds a session that this node remembers as revoked. */
        default void onResurrected(String sessionId) {}

        /**
         * A node has announced that it revoked a session.
         *
         * @param owner a short hash of the session's user, if known
         */
        default void onAnnounced(String sessionId, @Nullable String owner, Instant revokedAt) {}

        /** A node has announced that it raised or cleared a user's not-before marker. */
        default void onAnnounced(String userId, NotBefore marker) {}
    }
}
