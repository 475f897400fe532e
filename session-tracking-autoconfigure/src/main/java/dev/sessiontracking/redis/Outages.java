package dev.sessiontracking.redis;

import dev.sessiontracking.core.StoreListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Makes one story of what several breakers tell: an outage lasts from the first that opens to the last that closes.
 * Listeners run on one thread, so that they hear of every change in its turn. Thread-safe.
 */
final class Outages {

    private final ScheduledExecutorService executor;

    private final List<StoreListener> listeners = new ArrayList<>();

    private final Map<Breaker, String> open = new LinkedHashMap<>();

    /** @param executor has one thread, on which the listeners are told */
    Outages(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    synchronized void opened(Breaker breaker, String reason) {
        String part = breaker.part();
        if (part != null) {
            tell(listener -> listener.partUnavailable(part, reason));
        } else if (open.isEmpty()) {
            tell(listener -> listener.unavailable(reason));
        }
        open.put(breaker, reason);
    }

    synchronized void closed(Breaker breaker) {
        open.remove(breaker);
        tell(open.isEmpty() ? StoreListener::available : StoreListener::partReplaced);
    }

    /** Another server has taken the place of one, and may lack what that one was told last. */
    synchronized void replaced() {
        tell(StoreListener::partReplaced);
    }

    synchronized boolean isOngoing() {
        return !open.isEmpty();
    }

    /** The parts that do not answer, each with the reason; empty when none or all of it is away. */
    synchronized List<String> parts() {
        return open.keySet().stream().anyMatch(breaker -> breaker.part() == null)
                ? List.of()
                : open.entrySet().stream()
                        .map(part -> part.getKey().part() + ": " + part.getValue())
                        .toList();
    }

    synchronized void listen(StoreListener listener) {
        listeners.add(listener);
        open.forEach((breaker, reason) -> {
            String part = breaker.part();
            execute(() -> {
                if (part == null) {
                    listener.unavailable(reason);
                } else {
                    listener.partUnavailable(part, reason);
                }
            });
        });
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
