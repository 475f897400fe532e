package dev.sessiontracking.redis;

import dev.sessiontracking.core.StoreListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
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

    private final Supplier<CompletionStage<?>> heartbeat;

    private final ScheduledExecutorService executor;

    private final AtomicInteger failures = new AtomicInteger();

    private final List<StoreListener> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable String reason;

    /**
     * @param heartbeat one keyed read; an exception, thrown or in the stage, is no answer
     * @param executor runs the heartbeat, and tells the listeners in turn
     */
    Breaker(Supplier<CompletionStage<?>> heartbeat, ScheduledExecutorService executor) {
        this.heartbeat = heartbeat;
        this.executor = executor;
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
    void failed(Throwable failure) {
        if (RedisFailures.isOutage(failure) && failures.incrementAndGet() >= FAILURES_IN_A_ROW) {
            open(RedisFailures.inWords(failure));
        }
    }

    /** Nothing can be sent, as there is no connection. */
    synchronized void open(String because) {
        if (reason == null) {
            reason = because;
            tell(listener -> listener.unavailable(because));
            scheduleHeartbeat();
        }
    }

    private synchronized void close() {
        if (reason != null) {
            failures.set(0);
            reason = null;
            tell(StoreListener::available);
        }
    }

    /** Listeners run on one thread, so that they hear of every change in its turn. */
    private void tell(java.util.function.Consumer<StoreListener> news) {
        execute(() -> listeners.forEach(news));
    }

    synchronized void listen(StoreListener listener) {
        listeners.add(listener);
        String because = reason;
        if (because != null) {
            execute(() -> listener.unavailable(because));
        }
    }

    private void execute(Runnable task) {
        Executor quietly = executor;
        if (!executor.isShutdown()) {
            quietly.execute(task);
        }
    }

    private void scheduleHeartbeat() {
        if (!executor.isShutdown()) {
            executor.schedule(this::beat, HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
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
            if (failure == null || RedisFailures.isWrongType(failure)) {
                close();
            } else {
                scheduleHeartbeat();
            }
        });
    }
}
