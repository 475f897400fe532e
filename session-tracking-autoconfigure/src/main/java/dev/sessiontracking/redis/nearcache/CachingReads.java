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
 * Asks one master in the way that fills its near cache, and decides of each answer whether it may be kept and what it
 * proves. Thread-safe.
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

    /** A session is about to be checked: renews the proofs of reachability and of pushing as far as they need it. */
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

    /** Renews the proof before it is too old, so that no request of a steady stream has to wait for it. */
    private void prove(InvalidationEpoch current) {
        if (proving.compareAndSet(false, true)) {
            NearCache.Moment sent = cache.now();
            current.readProbe((value, failure) -> {
                proving.set(false);
                accept(current, sent, failure);
            });
        }
    }

    /** Whether there is such a session; {@code null} when what is answered now could not be trusted to be taken back. */
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
                        // Another master has it, or is about to. What that one answers is not kept: it does not push to
                        // us.
                        return surroundings.askElsewhere(sessionId);
                    }
                    shard.failed(Line.READ, key, failure);
                    return CompletableFuture.<Boolean>failedStage(RedisFailures.unavailable(failure));
                })
                .thenCompose(Function.identity());
    }

    /** Whether there is such a session. An answer that comes after a reconnect is true, but is not kept. */
    private CompletionStage<Boolean> ask(InvalidationEpoch current, String sessionId, String key) {
        NearCache.Moment sent = cache.now();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        current.read(key, (value, failure) -> {
            try {
                if (accept(current, sent, failure)) {
                    keep(sessionId, value);
                }
            } finally {
                // Whatever happens: somebody waits for it.
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
     * A user's not-before marker, read like a session; completes with {@code null} if another master has it. Without the
     * right to read it, there is none.
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
     * Reads what a push has taken back.
     *
     * @param answered is called with the answer, once it is kept; not without a usable one
     * @param ended is called in any case
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
     * Takes note of an answer: any proves the server, none puts it in doubt.
     *
     * @return whether it may be kept
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

    /** The master lacks some of the keys that it had: what changes in those is not pushed here any more. */
    void moved(InvalidationEpoch asked) {
        asked.doubt();
        cache.clear();
        surroundings.moved();
    }

    /** Whether a session is past its absolute end: an earlier version may have renewed it all the same. */
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

    /** Must not throw: whoever asked would wait for ever. */
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
            // Without an expiry to go by, the server is asked each time.
            cache.invalidate(sessionId);
        }
    }

    /** What the reads of one master need to know of the servers around it. */
    interface Collaborators {

        /** A new key that nobody uses, and that the connection's own server serves. */
        String probeKey();

        /** Asks in the ordinary way whether there is such a session. */
        CompletionStage<Boolean> askElsewhere(String sessionId);

        /** A key was found to be served by another server. */
        void moved();
    }
}
