package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One master, which answers for a part of the keys or for all of them, with a circuit breaker for reads and one for
 * writes. Thread-safe; asking it takes no lock.
 */
public final class Shard {

    /** Until the next attempt while the client reconnects. */
    private static final long RECONNECT_MILLIS = 20;

    private final CircuitBreaker reads;

    private final CircuitBreaker writes;

    private final Consumer<Throwable> refused;

    private final Duration timeout;

    private volatile String lastFailed;

    /**
     * @param part where it is, for people, or {@code null} when it has all keys
     * @param heartbeatKey is read and deleted to find out whether it answers
     * @param heartbeat sends a heartbeat for a key on a line
     * @param refused is told of failures that say more than that there was no answer
     * @param timeout the command timeout
     */
    Shard(
            @Nullable String part,
            String heartbeatKey,
            BiFunction<Line, String, CompletionStage<?>> heartbeat,
            Consumer<Throwable> refused,
            Outages outages,
            Duration timeout) {
        this.lastFailed = heartbeatKey;
        this.refused = refused;
        this.timeout = timeout;
        this.reads = new CircuitBreaker(
                part, Line.READ, () -> patiently(() -> heartbeat.apply(Line.READ, lastFailed)), outages);
        this.writes = new CircuitBreaker(
                part,
                Line.WRITE,
                () -> patiently(() -> heartbeat.apply(Line.WRITE, heartbeatKey)).whenComplete((done, failure) -> {
                    if (failure != null && RedisFailures.isReadOnly(failure)) {
                        refused.accept(failure);
                    }
                }),
                outages);
    }

    /** A heartbeat waits for a connection that is being made again, but not so long that an outage is declared late. */
    private CompletionStage<?> patiently(Supplier<CompletionStage<?>> heartbeat) {
        long patience = Math.min(timeout.toNanos(), CircuitBreaker.RECONNECT.toNanos());
        return again(heartbeat::get, System.nanoTime() + patience, failure -> {}, null);
    }

    public boolean isOpenFor(Line line) {
        return breaker(line).openBecause() == null;
    }

    private CircuitBreaker breaker(Line line) {
        return line == Line.WRITE ? writes : reads;
    }

    /**
     * Sends a command. If it goes unanswered, heartbeats are sent at once, and the command once more: the connection was
     * closed meanwhile, so it is a fresh one. It takes two command timeouts at most.
     *
     * @param line reads or writes
     * @param unanswered is told before the command is sent again
     */
    public <T> CompletionStage<T> send(Line line, Supplier<CompletionStage<T>> command, Runnable unanswered) {
        return again(
                () -> {
                    requireOpen(line);
                    return command.get();
                },
                System.nanoTime() + 2 * timeout.toNanos(),
                failure -> {
                    unanswered.run();
                    suspect(failure);
                },
                null);
    }

    /**
     * Sends a command again if it goes unanswered, once. One that was not sent does not count, nor does one that was sent
     * on a silent connection just before that was closed.
     *
     * @param before why the command went unanswered when it was sent last
     */
    private <T> CompletionStage<T> again(
            Supplier<? extends CompletionStage<T>> command,
            long deadline,
            Consumer<Throwable> unanswered,
            @Nullable Throwable before) {
        CompletionStage<T> reply;
        try {
            reply = command.get();
        } catch (RuntimeException notSent) {
            reply = CompletableFuture.failedFuture(notSent);
        }
        return reply.exceptionallyCompose(failure -> {
            long left = deadline - System.nanoTime();
            boolean isSent = !RedisFailures.isNotSent(failure);
            boolean isClosing = before != null && RedisFailures.isTimeout(before) && !RedisFailures.isTimeout(failure);
            if (!RedisFailures.isNoAnswer(failure) || left <= 0 || (isSent && before != null && !isClosing)) {
                return CompletableFuture.failedFuture(failure);
            }
            if (isSent) {
                unanswered.accept(failure);
            }
            long pause = RedisFailures.isTimeout(failure) ? 0 : RECONNECT_MILLIS;
            return CompletableFuture.runAsync(
                            () -> {}, CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS, Runnable::run))
                    .thenCompose(paused -> again(command, deadline, unanswered, isSent ? failure : before))
                    .orTimeout(left, TimeUnit.NANOSECONDS);
        });
    }

    /** @throws SessionStoreUnavailableException when nothing is to be sent for now */
    void requireOpen(Line line) {
        String because = breaker(line).openBecause();
        if (because != null) {
            suffered(line);
            throw new SessionStoreUnavailableException("Redis did not answer: " + because, null);
        }
    }

    /** What fails for writes is told as an outage of all when reads fail too. */
    private void suffered(Line line) {
        (isOpenFor(Line.READ) ? breaker(line) : reads).suffered();
    }

    private void suspect(Throwable failure) {
        String because = RedisFailures.inWords(failure);
        reads.suspect(because);
        writes.suspect(because);
    }

    /** A command of one key has failed for good. */
    public void failed(Line line, String key, Throwable failure) {
        if (RedisFailures.isOutage(failure)) {
            if (line == Line.READ) {
                lastFailed = key;
            }
            suspect(failure);
            suffered(line);
        } else if (RedisFailures.isReadOnly(failure)) {
            writes.suspect(RedisFailures.inWords(failure));
            writes.suffered();
        }
        refused.accept(failure);
    }

    /** An operation on many keys has failed: that says nothing of the server. */
    void bulkFailed(Throwable failure) {
        refused.accept(failure);
    }

    /** The connection was lost, and is being made again. */
    void lost(String because) {
        reads.lost(because);
        writes.suspect(because);
    }

    /** Nothing can be sent, as there is no connection. */
    void disconnected(String because) {
        reads.open(because);
        writes.suspect(because);
    }
}
