package dev.sessiontracking.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/**
 * Makes questions about one session that are asked at the same time one question. Holds no more than what is under
 * way. Thread-safe.
 */
final class SharedReads {

    private final Function<String, CompletionStage<Boolean>> read;

    private final ConcurrentMap<String, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

    SharedReads(Function<String, CompletionStage<Boolean>> read) {
        this.read = read;
    }

    CompletionStage<Boolean> read(String sessionId) {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> others = underWay.putIfAbsent(sessionId, mine);
        if (others != null) {
            return others;
        }
        ask(sessionId).whenComplete((live, failure) -> {
            // First, so that whoever asks after the answer is known asks anew.
            underWay.remove(sessionId, mine);
            if (failure == null) {
                mine.complete(live);
            } else {
                mine.completeExceptionally(failure);
            }
        });
        return mine;
    }

    /** Whoever waits for a question that could not even be asked would wait for ever. */
    private CompletionStage<Boolean> ask(String sessionId) {
        try {
            return read.apply(sessionId);
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }
}
