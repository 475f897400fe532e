// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.spi.StoreListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Combines the states of all circuit breakers into outages: an outage lasts from the first breaker that opens to the
 * last one that closes. Listeners run on one thread, so they receive changes in order. Thread-safe.
 */
final class Outages {

    private final ScheduledExecutorService executor;

    private final LongSupplier nanoTime;

    private final List<StoreListener> listeners = new ArrayList<>();

    private final Map<CircuitBreaker, String> open = new LinkedHashMap<>();

    /** The thread on which listeners are being notified. */
    private volatile @Nullable Thread notifying;

    /** Open breakers that are not part of an outage yet. */
    private final Map<CircuitBreaker, String> failing = new LinkedHashMap<>();

    /**
     * @param executor has one thread, which notifies the listeners
     * @param nanoTime a clock like {@link System#nanoTime()}
     */
    Outages(ScheduledExecutorService executor, LongSupplier nanoTime) {
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Runs a task in the background. */
    ScheduledExecutorService executor() {
        return executor;
    }

    /**
     * Records an open breaker. If writes and reads fail, they are parts of the same outage, which lasts until both
     * succeed.
     *
     * @param isOutage whether this alone is an outage
     */
    synchronized void failing(CircuitBreaker breaker, String reason, boolean isOutage) {
        boolean isKnown = isOngoing(breaker.part());
        if (!isOutage && !isKnown) {
            failing.put(breaker, reason);
            return;
        }
        failing.remove(breaker);
        if (open.putIfAbsent(breaker, reason) == null && !(isKnown && breaker.isForWrites())) {
            tell(listener -> tell(listener, breaker, reason));
            List<CircuitBreaker> writes = failing.keySet().stream()
                    .filter(other -> other.isForWrites() && Objects.equals(other.part(), breaker.part()))
                    .toList();
            writes.forEach(other -> open.put(other, failing.remove(other)));
        }
    }

    private static void tell(StoreListener listener, CircuitBreaker breaker, String reason) {
        String part = breaker.part();
        if (breaker.isForWrites()) {
            listener.writesUnavailable(part, reason);
        } else if (part != null) {
            listener.partUnavailable(part, reason);
        } else {
            listener.unavailable(reason);
        }
    }

    /** Returns whether this breaker was a part of an outage. */
    synchronized boolean closed(CircuitBreaker breaker) {
        failing.remove(breaker);
        if (open.remove(breaker) == null) {
            return false;
        }
        if (open.isEmpty()) {
            tell(StoreListener::available);
        } else if (!isOngoing(breaker.part())) {
            tell(StoreListener::partReplaced);
        }
        return true;
    }

    /** Another server has replaced one, and may lack its last writes. */
    synchronized void replaced() {
        tell(StoreListener::partReplaced);
    }

    synchronized boolean isOngoing(@Nullable String part) {
        return open.keySet().stream().anyMatch(breaker -> Objects.equals(breaker.part(), part));
    }

    synchronized boolean isOngoing() {
        return !open.isEmpty();
    }

    /** The unavailable parts, each with the reason. Empty if no part or the whole store is unavailable. */
    synchronized List<String> parts() {
        return open.keySet().stream().anyMatch(breaker -> breaker.part() == null)
                ? List.of()
                : open.entrySet().stream()
                        .filter(part -> !part.getKey().isForWrites())
                        .map(part -> part.getKey().part() + ": " + part.getValue())
                        .toList();
    }

    synchronized void listen(StoreListener listener) {
        listeners.add(listener);
        open.forEach((breaker, reason) -> execute(() -> tell(listener, breaker, reason)));
    }

    /**
     * A snapshot of the listeners. A listener that is added later is notified of the current outage, and must not be
     * notified twice.
     */
    private void tell(Consumer<StoreListener> news) {
        List<StoreListener> present = List.copyOf(listeners);
        execute(() -> present.forEach(news));
    }

    /** Whether a listener called this. */
    boolean isNotifying() {
        return Thread.currentThread() == notifying;
    }

    private void execute(Runnable task) {
        try {
            executor.execute(() -> {
                notifying = Thread.currentThread();
                try {
                    task.run();
                } finally {
                    notifying = null;
                }
            });
        } catch (RejectedExecutionException closed) {
            // Closed. There are no listeners any more.
        }
    }
}
