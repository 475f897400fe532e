package dev.sessiontracking.redis;

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
 * Makes one story of what several breakers tell: an outage lasts from the first that opens to the last that closes.
 * Listeners run on one thread, so that they hear of every change in its turn. Thread-safe.
 */
final class Outages {

    private final ScheduledExecutorService executor;

    private final LongSupplier nanoTime;

    private final List<StoreListener> listeners = new ArrayList<>();

    private final Map<Breaker, String> open = new LinkedHashMap<>();

    /**
     * @param executor has one thread, on which the listeners are told
     * @param nanoTime a clock like {@link System#nanoTime()}
     */
    Outages(ScheduledExecutorService executor, LongSupplier nanoTime) {
        this.executor = executor;
        this.nanoTime = nanoTime;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Runs what is to be done in the background. */
    ScheduledExecutorService executor() {
        return executor;
    }

    synchronized void opened(Breaker breaker, String reason) {
        boolean isKnown = isOngoing(breaker.part());
        open.put(breaker, reason);
        if (!isKnown || !breaker.isForWrites()) {
            tell(listener -> tell(listener, breaker, reason));
        }
    }

    private static void tell(StoreListener listener, Breaker breaker, String reason) {
        String part = breaker.part();
        if (breaker.isForWrites()) {
            listener.writesUnavailable(part, reason);
        } else if (part != null) {
            listener.partUnavailable(part, reason);
        } else {
            listener.unavailable(reason);
        }
    }

    synchronized void closed(Breaker breaker) {
        open.remove(breaker);
        if (open.isEmpty()) {
            tell(StoreListener::available);
        } else if (!isOngoing(breaker.part())) {
            tell(StoreListener::partReplaced);
        }
    }

    /** Another server has taken the place of one, and may lack what that one was told last. */
    synchronized void replaced() {
        tell(StoreListener::partReplaced);
    }

    synchronized boolean isOngoing(@Nullable String part) {
        return open.keySet().stream().anyMatch(breaker -> Objects.equals(breaker.part(), part));
    }

    synchronized boolean isOngoing() {
        return !open.isEmpty();
    }

    /** The parts that do not answer, each with the reason; empty when none or all of it is away. */
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

    /** Those who listen now: who comes later is told of what lasts, and must not be told twice. */
    private void tell(Consumer<StoreListener> news) {
        List<StoreListener> present = List.copyOf(listeners);
        execute(() -> present.forEach(news));
    }

    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException closed) {
            // Nobody wants to know any more.
        }
    }
}
