// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One master, which serves some or all keys, with one circuit breaker for reads and one for writes. Thread-safe;
 * reading its state takes no lock.
 */
public final class Shard {

    /** The pause between attempts while the client reconnects. */
    private static final long RECONNECT_MILLIS = 20;

    /** Stands for an attempt that counts, where none was made. */
    private final Throwable notAgain = new RedisException("sent before");

    private final CircuitBreaker reads;

    private final CircuitBreaker writes;

    private final Consumer<Throwable> refused;

    private final Duration timeout;

    private volatile String lastFailed;

    /**
     * @param part its address for messages, or {@code null} if it serves all keys
     * @param heartbeatKey the key that heartbeats read and delete
     * @param heartbeat sends a heartbeat for a key on a line
     * @param refused receives failures that contain more than a missing reply
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

    /** A heartbeat waits for a reconnect, but not so long that an outage is detected late. */
    private CompletionStage<?> patiently(Supplier<CompletionStage<?>> heartbeat) {
        long patience = Math.min(timeout.toNanos(), CircuitBreaker.RECONNECT.toNanos());
        return again(heartbeat::get, System.nanoTime() + patience, failure -> {}, failure -> {}, null);
    }

    public boolean isOpenFor(Line line) {
        return breaker(line).openBecause() == null;
    }

    private CircuitBreaker breaker(Line line) {
        return line == Line.WRITE ? writes : reads;
    }

    /**
     * Sends a command. Without a reply, sends heartbeats at once and the command once more. The silent connection was
     * closed by then, so the second attempt uses a new one. Takes at most two command timeouts.
     *
     * @param line reads or writes
     * @param unanswered runs before the command is sent again
     * @param failed receives the final failure, before the stage completes
     */
    public <T> CompletionStage<T> send(
            Line line, Supplier<CompletionStage<T>> command, Runnable unanswered, Consumer<Throwable> failed) {
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
                failed,
                null);
    }

    /**
     * Sends a command of an operation on many keys once, as soon as there is a connection for it.
     *
     * @param failed receives the final failure, before the stage completes
     */
    <T> CompletionStage<T> sendOnce(Line line, Supplier<CompletionStage<T>> command, Consumer<Throwable> failed) {
        return again(
                () -> {
                    requireOpen(line);
                    return command.get();
                },
                System.nanoTime() + Bulk.timeout(timeout).toNanos(),
                failure -> {},
                failed,
                notAgain);
    }

    /**
     * Repeats a command without a reply once. An attempt does not count if the command was not sent, or if it was sent
     * on a silent connection just before that was closed.
     *
     * @param failed receives the failure that is not followed by another attempt
     * @param before why the last attempt got no reply
     */
    private <T> CompletionStage<T> again(
            Supplier<? extends CompletionStage<T>> command,
            long deadline,
            Consumer<Throwable> unanswered,
            Consumer<Throwable> failed,
            @Nullable Throwable before) {
        CompletionStage<T> reply;
        try {
            reply = command.get();
        } catch (RuntimeException notSent) {
            reply = CompletableFuture.failedFuture(notSent);
        }
        // No stage of its own for the report of a failure: it would delay each reply.
        return reply.exceptionallyCompose(failure -> repeated(command, deadline, unanswered, before, failure)
                .whenComplete((value, last) -> {
                    if (last != null) {
                        failed.accept(last);
                    }
                }));
    }

    private <T> CompletionStage<T> repeated(
            Supplier<? extends CompletionStage<T>> command,
            long deadline,
            Consumer<Throwable> unanswered,
            @Nullable Throwable before,
            Throwable failure) {
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
                .thenCompose(paused -> again(command, deadline, unanswered, last -> {}, isSent ? failure : before))
                .orTimeout(left, TimeUnit.NANOSECONDS);
    }

    /** @throws SessionStoreUnavailableException if the circuit breaker is open */
    void requireOpen(Line line) {
        String because = breaker(line).openBecause();
        if (because != null) {
            suffered(line);
            throw new SessionStoreUnavailableException("Redis did not answer: " + because, null);
        }
    }

    /** If reads fail too, a failure of writes is reported as an outage of the whole master. */
    private void suffered(Line line) {
        (isOpenFor(Line.READ) ? breaker(line) : reads).suffered();
    }

    private void suspect(Throwable failure) {
        String because = RedisFailures.inWords(failure);
        reads.suspect(because);
        writes.suspect(because);
    }

    /** Called when a command on one key has finally failed. */
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

    /** Called when an operation on many keys has failed. This does not mean that the server is unavailable. */
    void bulkFailed(Throwable failure) {
        refused.accept(failure);
    }

    /** Called when the connection is lost. The client reconnects. */
    void lost(String because) {
        reads.lost(because);
        writes.suspect(because);
    }

    /** Called when there is no connection to send commands on. */
    void disconnected(String because) {
        reads.open(because);
        writes.suspect(because);
    }
}
