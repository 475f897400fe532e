package dev.sessiontracking.redis;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spares requests a server that does not answer: after two failures in a row nothing is sent for them any more, and
 * one read at a time in the background finds out when it answers again. Thread-safe; asking it takes no lock.
 */
final class Breaker {

    private static final int FAILURES_IN_A_ROW = 2;

    private static final Duration HEARTBEAT = Duration.ofMillis(100);

    private final @Nullable String part;

    private final Supplier<CompletionStage<?>> heartbeat;

    private final ScheduledExecutorService executor;

    private final Outages outages;

    private final AtomicInteger failures = new AtomicInteger();

    private volatile @Nullable String reason;

    /**
     * @param part which part of the store it stands for, or {@code null} for all of it
     * @param heartbeat one keyed read; an exception, thrown or in the stage, is no answer
     * @param executor runs the heartbeat
     * @param outages is told when this breaker opens and closes
     */
    Breaker(
            @Nullable String part,
            Supplier<CompletionStage<?>> heartbeat,
            ScheduledExecutorService executor,
            Outages outages) {
        this.part = part;
        this.heartbeat = heartbeat;
        this.executor = executor;
        this.outages = outages;
    }

    /** Which part of the store it stands for, or {@code null} for all of it. */
    @Nullable
    String part() {
        return part;
    }

    /** Why nothing is to be sent, or {@code null} while the server answers. */
    @Nullable
    String openBecause() {
        return reason;
    }

    /** The server has answered a request. */
    void answered() {
        if (failures.get() != 0) {
            failures.set(0);
        }
    }

    /** The server has not answered a request. */
    void failed(String because) {
        if (failures.incrementAndGet() >= FAILURES_IN_A_ROW) {
            open(because);
        }
    }

    /** Nothing can be sent, as there is no connection. */
    synchronized void open(String because) {
        if (reason == null) {
            reason = because;
            outages.opened(this, because);
            scheduleHeartbeat();
        }
    }

    private synchronized void close() {
        if (reason != null) {
            failures.set(0);
            reason = null;
            outages.closed(this);
        }
    }

    private void scheduleHeartbeat() {
        try {
            executor.schedule(this::beat, HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // Nothing will be asked any more.
        }
    }

    private void beat() {
        CompletionStage<?> answer;
        try {
            answer = heartbeat.get();
        } catch (RuntimeException notConnected) {
            scheduleHeartbeat();
            return;
        }
        answer.whenComplete((value, failure) -> {
            if (failure == null || !RedisFailures.isOutage(failure)) {
                close();
            } else {
                scheduleHeartbeat();
            }
        });
    }
}
