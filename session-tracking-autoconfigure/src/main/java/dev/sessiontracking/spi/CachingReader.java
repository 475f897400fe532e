// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.spi;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A near cache: answers of the store that are kept in memory, which the store invalidates, and which are used while a lease
 * is fresh. Renews the lease while there is traffic. Thread-safe; no method blocks.
 */
public interface CachingReader {

    /** No near cache: the store is asked for every check. */
    CachingReader NONE = new CachingReader() {};

    /** The status of a session; {@code UNKNOWN} if the store must be asked. Called for every check: it takes no lock. */
    default SessionStatus lookup(String sessionId) {
        return SessionStatus.UNKNOWN;
    }

    /**
     * Asks the store in the way that fills the cache; {@code null} when that way is not open, and the store must be
     * asked in the ordinary way.
     *
     * @return whether there is such a session; fails with {@link SessionStoreUnavailableException}
     */
    default @Nullable CompletionStage<Boolean> read(String sessionId) {
        return null;
    }

    /**
     * As {@link #lookup(String)}, but a session that the cut-off covers has ended. Without an implementation, the store is
     * asked while there is a cut-off.
     *
     * @param cutoff {@code null} if it is not known yet: the store must be asked
     */
    default SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff) {
        return cutoff == null || cutoff.exists() ? SessionStatus.UNKNOWN : lookup(sessionId);
    }

    /**
     * As {@link #lookup(String, NotBefore)}, for a token of an identity provider's session. The session may not be recorded
     * yet: {@code ENDED} only if that is known of tokens whose user has authenticated at that time.
     */
    default SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff, @Nullable Instant authenticatedAt) {
        return SessionStatus.UNKNOWN;
    }

    /** Keeps until which time of authentication the tokens of a session are rejected that the store does not hold. */
    default void keepEnded(String sessionId, Instant until) {}

    /** Removes what the cache has of a session. */
    default void invalidate(String sessionId) {}

    /** Why a session has ended, as the cache has it; {@code null} if the store must be asked. */
    @SuppressWarnings("NullableOptional")
    default @Nullable Optional<SessionEndReason> lookupEndReason(String sessionId) {
        return null;
    }

    /** Keeps why a session has ended. */
    default void keepEndReason(String sessionId, Optional<SessionEndReason> reason) {}

    /** A user's not-before marker, as the cache has it; {@code null} if it must be read. */
    default @Nullable NotBefore lookupNotBefore(String userId) {
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
    default void invalidateNotBefore(String userId) {}

    /** Sets who learns what invalidations say about revocations; one observer, set before the first check. */
    default void observe(RevocationObserver observer) {}

    /** The cache at this moment. */
    default State state() {
        return new State(Status.off("session.tracking.near-cache.enabled=false"), false, null, 0);
    }

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

    /**
     * A near cache at one moment.
     *
     * @param status whether answers are kept
     * @param fresh whether its lease is fresh, so that answers are used; not so on a node without traffic, which is no fault
     * @param leaseAge how long ago the request was sent that the store has answered last, if there was one
     * @param size how many answers are kept, approximately
     */
    record State(Status status, boolean fresh, @Nullable Duration leaseAge, long size) {}

    /**
     * Whether answers are kept in memory.
     *
     * @param phase whether they are
     * @param reason why not, when they are not
     */
    record Status(Phase phase, @Nullable String reason) {

        /** The store has shown that it sends invalidations. */
        public static final Status ON = new Status(Phase.ON, null);

        /** The store has not been asked yet, or has not answered. */
        public static final Status STARTING = new Status(Phase.STARTING, null);

        /** Answers are not kept. */
        public static Status off(String reason) {
            return new Status(Phase.OFF, reason);
        }

        /** Whether answers are kept. */
        public enum Phase {
            /** They are, and are used while the lease is fresh. */
            ON,
            /** Not yet known. */
            STARTING,
            /** They are not. */
            OFF
        }
    }

    /**
     * A moment on two clocks that must agree on an age. The ticker does not jump, but stands still while the machine sleeps;
     * the wall clock may jump, but does not stand still.
     *
     * @param nanos by the ticker
     * @param millis by the wall clock
     */
    record Moment(long nanos, long millis) {

        /** The present moment. */
        public static Moment now(LongSupplier ticker, Clock clock) {
            return new Moment(ticker.getAsLong(), clock.millis());
        }

        /** Whether this is at most {@code age} nanoseconds before now, by both clocks. Allocates nothing. */
        public boolean isWithin(long age, long nowNanos, long nowMillis) {
            return nowNanos - nanos <= age && Math.abs(nowMillis - millis) <= TimeUnit.NANOSECONDS.toMillis(age);
        }
    }
}
