package dev.sessiontracking.core;

import dev.sessiontracking.spi.StoreObserver;
import dev.sessiontracking.spi.StoreObserver.Operation;
import dev.sessiontracking.spi.StoreRefusedException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the time of requests to the store, and remembers what it refuses to do until it does it. Thread-safe. */
final class StoreWatch {

    private final StoreObserver observer;

    private final Map<Operation, String> refusals = new ConcurrentHashMap<>();

    StoreWatch(StoreObserver observer) {
        this.observer = observer;
    }

    /** Makes a request and watches it. */
    <T> CompletionStage<T> watch(Operation operation, Supplier<CompletionStage<T>> request) {
        long began = System.nanoTime();
        return watch(operation, began, request.get());
    }

    /** Watches a request that was made. */
    <T> CompletionStage<T> watch(Operation operation, long began, CompletionStage<T> answer) {
        // Beside the answer, not in its way: what goes wrong in an observer stays there.
        answer.whenComplete((value, failure) -> {
            remember(operation, failure);
            observer.ended(operation, failure == null, System.nanoTime() - began);
        });
        return answer;
    }

    private void remember(Operation operation, @Nullable Throwable failure) {
        if (failure == null) {
            if (!refusals.isEmpty()) {
                refusals.remove(operation);
            }
        } else if (unwrap(failure) instanceof StoreRefusedException refused) {
            refusals.put(operation, String.valueOf(refused.getMessage()));
        }
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What the store last refused to do and has not done since, in words; {@code null} when there is nothing. */
    @Nullable
    String refused() {
        return refusals.values().stream().findFirst().orElse(null);
    }
}
