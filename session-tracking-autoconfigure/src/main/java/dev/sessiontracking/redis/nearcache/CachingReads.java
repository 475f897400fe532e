// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.NearCache;
import dev.sessiontracking.redis.connection.Line;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.Shard;
import dev.sessiontracking.redis.format.MarkerValue;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import dev.sessiontracking.spi.NotBefore;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads from one master and fills its near cache. Decides for each reply whether it may be cached and whether it
 * extends the lease. Thread-safe.
 */
final class CachingReads {

    private final Shard shard;

    private final NearCache cache;

    private final RedisKeys keys;

    private final Collaborators surroundings;

    private final CanarySchedule schedule = new CanarySchedule(System::nanoTime, Clock.systemUTC());

    private final AtomicBoolean proving = new AtomicBoolean();

    CachingReads(Shard shard, NearCache cache, RedisKeys keys, Collaborators surroundings) {
        this.shard = shard;
        this.cache = cache;
        this.keys = keys;
        this.surroundings = surroundings;
    }

    /** Called before a session is checked. Renews the lease and sends a canary if necessary. */
    void checking(InvalidationEpoch current) {
        if (!shard.isOpenFor(Line.READ)) {
            return;
        }
        NearCache.Moment shown = current.shown();
        long now = System.nanoTime();
        if (schedule.isDue(shown, now)) {
            current.probe();
        } else if (cache.isLeaseAging(now) && cache.isLeaseFresh() && schedule.isTrusted(shown)) {
            prove(current);
        }
    }

    /** Renews the lease before it expires, so that under steady traffic no request has to wait for it. */
    private void prove(InvalidationEpoch current) {
        if (proving.compareAndSet(false, true)) {
            NearCache.Moment sent = cache.now();
            current.readProbe((value, failure) -> {
                proving.set(false);
                accept(current, sent, failure);
            });
        }
    }

    /** Whether the session exists; {@code null} if a reply cannot be cached now because Redis may not invalidate it. */
    @Nullable
    CompletionStage<Boolean> read(InvalidationEpoch current, String sessionId) {
        if (!shard.isOpenFor(Line.READ) || !schedule.isTrusted(current.shown())) {
            return null;
        }
        String key = keys.session(sessionId);
        return shard.send(Line.READ, () -> ask(current, sessionId, key), () -> {})
                .handle((live, failure) -> {
                    if (failure == null || RedisFailures.isWrongType(failure)) {
                        return CompletableFuture.completedStage(failure == null && live);
                    }
                    if (RedisFailures.isRedirection(failure)) {
                        // Another master has the key, or is about to. Its reply is not cached, because it sends no
                        // invalidations to this connection.
                        return surroundings.askElsewhere(sessionId);
                    }
                    shard.failed(Line.READ, key, failure);
                    return CompletableFuture.<Boolean>failedStage(RedisFailures.unavailable(failure));
                })
                .thenCompose(Function.identity());
    }

    /** Whether the session exists. A reply that arrives after a reconnect is valid, but is not cached. */
    private CompletionStage<Boolean> ask(InvalidationEpoch current, String sessionId, String key) {
        NearCache.Moment sent = cache.now();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        current.read(key, (value, failure) -> {
            try {
                if (accept(current, sent, failure)) {
                    keep(sessionId, value);
                }
            } finally {
                // Complete in any case, because a caller waits for it.
                if (failure == null) {
                    answer.complete(value != null && !value.isEmpty() && !isOver(sessionId, value));
                } else {
                    answer.completeExceptionally(failure);
                }
            }
        });
        return answer;
    }

    /**
     * A user's not-before marker, read like a session. Completes with {@code null} if another master has it. Without
     * the permission to read it, there is no marker.
     */
    @Nullable
    CompletionStage<@Nullable NotBefore> readMarker(InvalidationEpoch current, String key) {
        if (!shard.isOpenFor(Line.READ) || !schedule.isTrusted(current.shown())) {
            return null;
        }
        return shard.send(Line.READ, () -> askMarker(current, key), () -> {}).exceptionally(failure -> {
            if (RedisFailures.isWrongType(failure)) {
                return NotBefore.NONE;
            }
            if (RedisFailures.isRedirection(failure)) {
                return null;
            }
            shard.failed(Line.READ, key, failure);
            throw RedisFailures.unavailable(failure);
        });
    }

    private CompletionStage<@Nullable NotBefore> askMarker(InvalidationEpoch current, String key) {
        NearCache.Moment sent = cache.now();
        CompletableFuture<@Nullable NotBefore> answer = new CompletableFuture<>();
        current.read(key, (value, failure) -> {
            boolean forbidden = failure != null && RedisFailures.isMissingRight(failure);
            NotBefore marker = MarkerValue.parse(value);
            if (forbidden || accept(current, sent, failure)) {
                cache.putMarker(key, marker);
            }
            if (failure == null || forbidden) {
                answer.complete(marker);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    /**
     * Reads a key again after its invalidation.
     *
     * @param answered receives the reply after it is cached; not called without a usable reply
     * @param ended runs in any case
     */
    void readAgain(InvalidationEpoch current, String sessionId, Consumer<@Nullable String> answered, Runnable ended) {
        NearCache.Moment sent = cache.now();
        current.read(keys.session(sessionId), (value, failure) -> {
            ended.run();
            if (accept(current, sent, failure)) {
                keep(sessionId, value);
                answered.accept(value);
            }
        });
    }

    /**
     * Evaluates a reply. Any reply extends the lease; a missing reply is reported as a failure.
     *
     * @return whether it may be cached
     */
    private boolean accept(InvalidationEpoch asked, NearCache.Moment sent, @Nullable Throwable failure) {
        if (asked.isOver()) {
            return false;
        }
        if (failure != null) {
            if (RedisFailures.isMoved(failure)) {
                moved(asked);
            } else if (!RedisFailures.isWrongType(failure) && !RedisFailures.isRedirection(failure)) {
                asked.doubt();
            }
            return false;
        }
        if (asked.shown() == null) {
            return false;
        }
        cache.renewLease(sent);
        return true;
    }

    /** The master has lost some of its keys to another one, and sends no invalidations for them any more. */
    void moved(InvalidationEpoch asked) {
        asked.doubt();
        cache.clear();
        surroundings.moved();
    }

    /** Whether a session is past its maximum lifetime. An earlier version may have renewed it anyway. */
    private boolean isOver(String sessionId, String value) {
        try {
            return SessionJson.read(sessionId, value)
                    .filter(session -> SessionJson.isOver(
                            session, Instant.ofEpochMilli(cache.now().millis())))
                    .isPresent();
        } catch (RuntimeException broken) {
            return false;
        }
    }

    /** Must not throw, because the caller would wait for ever. */
    private void keep(String sessionId, @Nullable String value) {
        try {
            if (value == null) {
                cache.putAbsent(sessionId);
            } else {
                SessionJson.read(sessionId, value)
                        .filter(session -> !session.expiresAt().equals(SessionJson.NO_EXPIRY))
                        .ifPresent(session ->
                                cache.putLive(sessionId, session.expiresAt().toEpochMilli()));
            }
        } catch (RuntimeException broken) {
            // Without a known expiry, each check sends a command.
            cache.invalidate(sessionId);
        }
    }

    /** Information about the other servers that the reads of one master need. */
    interface Collaborators {

        /** A new unused key that the server of this connection serves. */
        String probeKey();

        /** Looks a session up without caching the reply. */
        CompletionStage<Boolean> askElsewhere(String sessionId);

        /** Whether the server of this connection serves a key. */
        boolean serves(String key);

        /** A key was found to be served by another server. */
        void moved();
    }
}
