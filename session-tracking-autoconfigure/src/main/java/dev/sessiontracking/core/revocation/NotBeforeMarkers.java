// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.revocation;

import static dev.sessiontracking.spi.NotBefore.ALL_USERS;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.CachingReader.Moment;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The not-before markers of users, and the cut-off, which is that of all users. They are read through the near cache, so that a steady state sends no command. What was
 * found is remembered for outages, and restored in a store that has lost it. Bounded. Thread-safe.
 */
public final class NotBeforeMarkers {

    private static final int MOST_REMEMBERED = 10_000;

    /** How old the cut-off may be. */
    private static final long CUTOFF_STALENESS = TimeUnit.MILLISECONDS.toNanos(500);

    /** An older one is read again. */
    private static final long CUTOFF_YOUNG = CUTOFF_STALENESS / 2;

    /** No clock is as far ahead: a marker that is was written by mistake, and would lock its user out. */
    private static final Duration MOST_AHEAD = Duration.ofDays(1);

    private final SessionStore store;

    private final Function<String, CompletionStage<NotBefore>> cachedRead;

    private final Duration lifetime;

    private final Clock clock;

    private final LongSupplier ticker;

    private final Map<String, NotBefore> remembered = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, NotBefore> eldest) {
            if (size() > MOST_REMEMBERED && eldest.getKey().equals(ALL_USERS)) {
                // Users' markers must not displace the cut-off: this makes it the youngest, and removes the next one.
                NotBefore kept = eldest.getValue();
                remove(ALL_USERS);
                put(ALL_USERS, kept);
                return false;
            }
            return size() > MOST_REMEMBERED;
        }
    });

    private volatile @Nullable Cutoff cutoff;

    /**
     * @param cachedRead reads a marker of that store, or finds it in the near cache
     * @param lifetime how long a marker can matter: as long as any token lives
     * @param ticker nanoseconds that do not jump, as {@link System#nanoTime()}
     */
    public NotBeforeMarkers(
            SessionStore store,
            Function<String, CompletionStage<NotBefore>> cachedRead,
            Duration lifetime,
            Clock clock,
            LongSupplier ticker) {
        this.store = store;
        this.cachedRead = cachedRead;
        this.lifetime = lifetime;
        this.clock = clock;
        this.ticker = ticker;
    }

    /**
     * Reads a user's marker.
     *
     * @throws SessionStoreUnavailableException if the store does not answer
     */
    public NotBefore read(String userId) {
        NotBefore marker = SessionStore.await(credible(userId));
        remember(userId, marker);
        return marker;
    }

    /**
     * As {@link #read}, for tokens that name no session: a later marker that the store has lost counts for them. It does
     * not count for sessions, as the store stamps those, and its clock may have gone back. Does not block.
     *
     * @return fails with {@link SessionStoreUnavailableException} if the store does not answer
     */
    public CompletionStage<NotBefore> readForToken(String userId) {
        return credible(userId).thenApply(marker -> remember(userId, marker));
    }

    private CompletionStage<NotBefore> credible(String userId) {
        return cachedRead.apply(userId).thenApply(this::credible);
    }

    /** The marker, or none if it lies so far in the future that somebody wrote it by mistake. */
    NotBefore credible(NotBefore marker) {
        long latest = Math.max(marker.millis(), marker.sparedMillis());
        return latest > 0 && latest - clock.millis() > MOST_AHEAD.toMillis() ? NotBefore.NONE : marker;
    }

    /** As {@link #read}; what this node remembers if the store does not answer. */
    public NotBefore readOrRemember(String userId) {
        try {
            return read(userId);
        } catch (SessionStoreUnavailableException unavailable) {
            return remembered(userId);
        }
    }

    /** The marker that this node has met last, without a command. */
    public NotBefore remembered(String userId) {
        NotBefore known = remembered.get(userId);
        return known == null || left(known).toMillis() <= 0 ? NotBefore.NONE : known;
    }

    /**
     * The cut-off of all users, at most half a second older than the near cache says. Does not block.
     *
     * @return never fails: if the store does not answer, this is what the node remembers
     */
    public CompletableFuture<NotBefore> cutoff() {
        Cutoff known = cutoff;
        if (known == null || !known.read.isWithin(CUTOFF_STALENESS, ticker.getAsLong(), clock.millis())) {
            cutoff = null;
            return readCutoff();
        }
        return known.effective;
    }

    /**
     * As {@link #cutoff}, for an answer of the near cache, whose lease shows if the machine was asleep. Allocates nothing. It
     * is read again before it is too old, so that under steady traffic no caller waits.
     *
     * @return {@code null} if it must be read
     */
    public @Nullable NotBefore cutoffNow() {
        Cutoff known = cutoff;
        long age = known == null ? Long.MAX_VALUE : ticker.getAsLong() - known.read.nanos();
        if (known != null && age <= CUTOFF_YOUNG) {
            return known.effective.getNow(null);
        }
        NotBefore read = readCutoff().getNow(null);
        return read == null && known != null && age <= CUTOFF_STALENESS ? known.effective.getNow(null) : read;
    }

    private CompletableFuture<NotBefore> readCutoff() {
        Moment now = Moment.now(ticker, clock);
        return credible(ALL_USERS)
                .thenCompose(stored -> keepCutoff(stored, now))
                .exceptionally(unavailable -> remembered(ALL_USERS))
                .toCompletableFuture();
    }

    private CompletableFuture<NotBefore> keepCutoff(NotBefore stored, Moment read) {
        synchronized (remembered) {
            CompletableFuture<NotBefore> effective = CompletableFuture.completedFuture(remember(ALL_USERS, stored));
            cutoff = new Cutoff(read, effective);
            return effective;
        }
    }

    /** Enforces a cut-off that the store has not confirmed, or that another node has announced. */
    void enforceCutoff(NotBefore marker) {
        synchronized (remembered) {
            remember(ALL_USERS, credible(marker));
            cutoff = null;
        }
    }

    /** @return the later marker, if this node remembers one that the store has lost */
    private NotBefore remember(String userId, NotBefore marker) {
        if (marker.equals(NotBefore.CLEARED)) {
            remembered.remove(userId);
            return marker;
        }
        NotBefore known = remembered.get(userId);
        if (known != null && known.millis() > marker.millis() && left(known).toMillis() > 0) {
            return known;
        }
        if (marker.exists() && !marker.equals(known)) {
            remembered.put(userId, marker);
        }
        return marker;
    }

    /** Whether a marker that this node has met invalidates a token without a session. For outages. */
    public boolean isRememberedToCover(String userId, @Nullable Instant authenticatedAt) {
        return remembered(userId).coversToken(authenticatedAt);
    }

    /** How long it is until then, by this node's clock. */
    Duration timeUntil(Instant instant) {
        return Duration.between(clock.instant(), instant);
    }

    private Duration left(NotBefore marker) {
        return lifetime.minusMillis(clock.millis() - marker.millis());
    }

    /**
     * Raises a marker.
     *
     * @return the time that holds now
     * @throws SessionStoreUnavailableException if the store does not confirm it
     */
    NotBefore raise(String userId, NotBefore wanted) {
        NotBefore raised = SessionStore.await(store.raiseNotBefore(userId, wanted, lifetime, false));
        if (userId.equals(ALL_USERS) && raised.millis() == 0) {
            throw new SessionStoreUnavailableException(
                    "The store does not keep a cut-off. Redis needs the permissions that docs/running-redis.md lists",
                    null);
        }
        // Another revocation may be the later one, and spare another session.
        remember(userId, raised.millis() == wanted.millis() ? raised : SessionStore.await(store.notBefore(userId)));
        cutoff = null;
        return raised;
    }

    /**
     * Removes a user's marker.
     *
     * @throws SessionStoreUnavailableException if the store does not confirm it
     */
    public void clear(String userId) {
        SessionStore.await(store.clearNotBefore(userId, lifetime));
        remembered.remove(userId);
        cutoff = null;
    }

    private Map<String, NotBefore> copyOfRemembered() {
        synchronized (remembered) {
            return Map.copyOf(remembered);
        }
    }

    /**
     * The store may have lost markers with a failover, or have earlier ones again: those are raised again, one after
     * another. What the lost marker would have refused meanwhile is revoked.
     *
     * @return whether the store has confirmed all of them
     */
    CompletionStage<Boolean> restore() {
        CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
        for (Map.Entry<String, NotBefore> one : copyOfRemembered().entrySet()) {
            Duration left = left(one.getValue());
            if (left.toMillis() > 0) {
                all = all.thenCompose(done -> done
                        ? restore(one.getKey(), one.getValue(), left).handle((restored, failure) -> failure == null)
                        : CompletableFuture.completedFuture(false));
            }
        }
        return all;
    }

    private CompletionStage<List<String>> restore(String userId, NotBefore marker, Duration left) {
        return store.notBefore(userId).thenApply(this::credible).thenCompose(found -> {
            if (found.equals(NotBefore.CLEARED) || found.millis() >= marker.millis()) {
                return CompletableFuture.completedFuture(List.of());
            }
            return store.raiseNotBefore(userId, marker, left, true).thenCompose(raised -> {
                if (raised.millis() < marker.millis()) {
                    // Cleared, or the store's clock is behind: the marker would cover sessions that began after it.
                    remembered.replace(userId, marker, raised);
                }
                return raised.millis() == marker.millis() && !userId.equals(ALL_USERS)
                        ? store.revokeAll(
                                userId, Instant.ofEpochMilli(marker.millis()), marker.sparedSessionId(), id -> {})
                        : CompletableFuture.completedFuture(List.of());
            });
        });
    }

    /**
     * The cut-off as it was read.
     *
     * @param read when it was asked for
     * @param effective the later one of it and what this node remembers
     */
    private record Cutoff(Moment read, CompletableFuture<NotBefore> effective) {}
}
