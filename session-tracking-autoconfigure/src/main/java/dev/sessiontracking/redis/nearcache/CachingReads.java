// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.redis.connection.Line;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.Shard;
import dev.sessiontracking.redis.format.MarkerValue;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.SessionJson;
import dev.sessiontracking.spi.CachingReader.Moment;
import dev.sessiontracking.spi.NotBefore;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
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

    private final NearCaches.Surroundings surroundings;

    private final CanarySchedule schedule = new CanarySchedule(System::nanoTime, Clock.systemUTC());

    private final AtomicBoolean proving = new AtomicBoolean();

    CachingReads(Shard shard, NearCache cache, RedisKeys keys, NearCaches.Surroundings surroundings) {
        this.shard = shard;
        this.cache = cache;
        this.keys = keys;
        this.surroundings = surroundings;
    }

    /** Called when a session is checked. Renews the lease and sends a canary if necessary. */
    void checking(InvalidationEpoch current) {
        if (!shard.isOpenFor(Line.READ)) {
            return;
        }
        Moment shown = current.shown();
        long now = System.nanoTime();
        if (schedule.isDue(shown, now)) {
            current.probe();
        } else if (cache.isLeaseAging() && cache.isLeaseFresh() && schedule.isTrusted(shown)) {
            prove(current);
        }
    }

    /** Renews the lease before it expires, so that under steady traffic no request has to wait for it. */
    private void prove(InvalidationEpoch current) {
        // A read first, because all checks come here until the reply arrives.
        if (!proving.get() && proving.compareAndSet(false, true)) {
            Moment sent = cache.now();
            current.readProbe((value, failure) -> {
                proving.set(false);
                return accept(current, sent, failure);
            });
        }
    }

    /** Whether the session exists; {@code null} if a reply cannot be cached now because Redis may not invalidate it. */
    @Nullable
    CompletionStage<Boolean> read(InvalidationEpoch current, String sessionId) {
        return read(
                current,
                keys.session(sessionId),
                (value, mayBeKept) -> {
                    if (mayBeKept) {
                        keep(sessionId, value);
                    }
                    return value != null && !value.isEmpty() && !isOver(sessionId, value);
                },
                // The reply of another master is not cached, because it sends no invalidations to this connection.
                failure -> RedisFailures.isRedirection(failure)
                        ? surroundings.ordinary().apply(sessionId)
                        : null);
    }

    /**
     * A user's not-before marker, read like a session. Completes with {@code null} if another master has it. Without
     * the permission to read it, there is no marker.
     */
    @Nullable
    CompletionStage<@Nullable NotBefore> readMarker(InvalidationEpoch current, String key) {
        return read(
                current,
                key,
                (value, mayBeKept) -> {
                    NotBefore marker = MarkerValue.parse(value);
                    if (mayBeKept) {
                        cache.putMarker(key, marker);
                    }
                    return marker;
                },
                failure -> {
                    if (RedisFailures.isMissingRight(failure)) {
                        cache.putMarker(key, NotBefore.NONE);
                        return CompletableFuture.completedStage(NotBefore.NONE);
                    }
                    return RedisFailures.isRedirection(failure) ? CompletableFuture.completedStage(null) : null;
                });
    }

    /**
     * Reads a key. A reply that arrives after a reconnect is valid, but is not cached.
     *
     * @param answer the answer for a value, and whether that may be cached; a value of another type is none
     * @param instead the answer for a failure, if it has one
     * @return {@code null} if a reply cannot be cached now because Redis may not invalidate it
     */
    private <T> @Nullable CompletionStage<T> read(
            InvalidationEpoch current,
            String key,
            BiFunction<@Nullable String, Boolean, T> answer,
            Function<Throwable, @Nullable CompletionStage<T>> instead) {
        if (!shard.isOpenFor(Line.READ) || !schedule.isTrusted(current.shown())) {
            return null;
        }
        return shard.send(Line.READ, () -> ask(current, key, answer), () -> {}, failure -> {})
                .exceptionallyCompose(failure -> {
                    if (RedisFailures.isWrongType(failure)) {
                        return CompletableFuture.completedStage(answer.apply(null, false));
                    }
                    CompletionStage<T> other = instead.apply(failure);
                    if (other != null) {
                        return other;
                    }
                    shard.failed(Line.READ, key, failure);
                    return CompletableFuture.failedStage(RedisFailures.unavailable(failure));
                });
    }

    private <T> CompletionStage<T> ask(
            InvalidationEpoch current, String key, BiFunction<@Nullable String, Boolean, T> answer) {
        Moment sent = cache.now();
        return current.read(key, (value, failure) -> {
            boolean mayBeKept = accept(current, sent, failure);
            if (failure != null) {
                throw new CompletionException(failure);
            }
            return answer.apply(value, mayBeKept);
        });
    }

    /**
     * Reads a key again after its invalidation.
     *
     * @param answered receives the reply after it is cached; not called without a usable reply
     * @param ended runs in any case
     */
    void readAgain(InvalidationEpoch current, String sessionId, Consumer<@Nullable String> answered, Runnable ended) {
        Moment sent = cache.now();
        current.read(keys.session(sessionId), (value, failure) -> {
            ended.run();
            if (accept(current, sent, failure)) {
                keep(sessionId, value);
                answered.accept(value);
            }
            return null;
        });
    }

    /**
     * Evaluates a reply. Any reply extends the lease; a missing reply is reported as a failure.
     *
     * @return whether it may be cached
     */
    private boolean accept(InvalidationEpoch asked, Moment sent, @Nullable Throwable failure) {
        if (asked.isOver()) {
            return false;
        }
        if (failure != null) {
            if (RedisFailures.isMoved(failure)) {
                moved(asked);
            } else if (!RedisFailures.isWrongType(failure)
                    && !RedisFailures.isRedirection(failure)
                    && !RedisFailures.isMissingRight(failure)) {
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
        surroundings.moved().run();
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
                        .ifPresent(session -> cache.putLive(
                                sessionId,
                                session.createdAt().toEpochMilli(),
                                session.expiresAt().toEpochMilli(),
                                SessionJson.endedUntil(value).toEpochMilli()));
            }
        } catch (RuntimeException broken) {
            // Without a known expiry, each check sends a command.
            cache.invalidate(sessionId);
        }
    }
}
