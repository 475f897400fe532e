package dev.sessiontracking.core.revocation;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.CoalescedReads;
import dev.sessiontracking.core.cache.StoreFutures;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The not-before markers of users. They are read through the near cache, so that a steady state sends no command. What was
 * found is remembered for outages, and restored in a store that has lost it. Bounded. Thread-safe.
 */
public final class NotBeforeMarkers {

    private static final int MOST_REMEMBERED = 10_000;

    private final SessionStore store;

    private final @Nullable CachingReader reader;

    private final Duration lifetime;

    private final Clock clock;

    private final CoalescedReads<NotBefore> reads;

    private final Map<String, NotBefore> remembered = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, NotBefore> eldest) {
            return size() > MOST_REMEMBERED;
        }
    });

    /**
     * @param reader reads of that store whose answers are cached, or {@code null}
     * @param lifetime how long a marker can matter: as long as any token lives
     */
    public NotBeforeMarkers(SessionStore store, @Nullable CachingReader reader, Duration lifetime, Clock clock) {
        this.store = store;
        this.reader = reader;
        this.lifetime = lifetime;
        this.clock = clock;
        this.reads = new CoalescedReads<>(this::ask, System::nanoTime, clock);
    }

    /**
     * Reads a user's marker.
     *
     * @throws SessionStoreUnavailableException if the store does not answer
     */
    public NotBefore read(String userId) {
        NotBefore cached = reader == null ? null : reader.cachedNotBefore(userId);
        return cached != null ? cached : remember(userId, StoreFutures.await(reads.read(userId)));
    }

    /** As {@link #read}; what this node remembers if the store does not answer. */
    public NotBefore readOrRemember(String userId) {
        try {
            return read(userId);
        } catch (SessionStoreUnavailableException unavailable) {
            return remembered.getOrDefault(userId, NotBefore.NONE);
        }
    }

    private CompletionStage<NotBefore> ask(String userId) {
        CompletionStage<@Nullable NotBefore> answer = reader == null ? null : reader.readNotBefore(userId);
        return answer == null
                ? store.notBefore(userId)
                : answer.thenCompose(
                        marker -> marker == null ? store.notBefore(userId) : CompletableFuture.completedFuture(marker));
    }

    private NotBefore remember(String userId, NotBefore marker) {
        if (marker.exists()) {
            remembered.put(userId, marker);
        } else if (marker.equals(NotBefore.CLEARED)) {
            remembered.remove(userId);
        }
        return marker;
    }

    /** Whether a marker that this node has met invalidates a token without a session. For outages. */
    public boolean isRememberedToCover(String userId, @Nullable Instant authenticatedAt) {
        NotBefore marker = remembered.get(userId);
        return marker != null && left(marker).toMillis() > 0 && marker.coversToken(authenticatedAt);
    }

    /** How long it is until then, by this node's clock. */
    Duration timeUntil(Instant instant) {
        return Duration.between(clock.instant(), instant);
    }

    private Duration left(NotBefore marker) {
        return lifetime.minusMillis(clock.millis() - marker.millis());
    }

    /** @throws SessionStoreUnavailableException if the store does not confirm it */
    void raise(String userId, NotBefore wanted) {
        NotBefore raised = StoreFutures.await(store.raiseNotBefore(userId, wanted, lifetime, false));
        // Another revocation may be the later one, and spare another session.
        remember(userId, raised.millis() == wanted.millis() ? raised : StoreFutures.await(store.notBefore(userId)));
        forgetCached(userId);
    }

    /**
     * Removes a user's marker.
     *
     * @throws SessionStoreUnavailableException if the store does not confirm it
     */
    public void clear(String userId) {
        StoreFutures.await(store.clearNotBefore(userId, lifetime));
        remembered.remove(userId);
        forgetCached(userId);
    }

    /** The invalidation comes too, but later than the answer to the command. */
    private void forgetCached(String userId) {
        if (reader != null) {
            reader.forgetNotBefore(userId);
        }
    }

    private Map<String, NotBefore> copyOfRemembered() {
        synchronized (remembered) {
            return Map.copyOf(remembered);
        }
    }

    /**
     * The store may have lost markers with a failover: those that are missing are written again, one after another.
     *
     * @return whether the store has confirmed all of them
     */
    CompletionStage<Boolean> restore() {
        CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
        for (Map.Entry<String, NotBefore> one : copyOfRemembered().entrySet()) {
            Duration left = left(one.getValue());
            if (left.toMillis() > 0) {
                all = all.thenCompose(done -> done
                        ? store.raiseNotBefore(one.getKey(), one.getValue(), left, true)
                                .handle((marker, failure) -> failure == null)
                        : CompletableFuture.completedFuture(false));
            }
        }
        return all;
    }
}
