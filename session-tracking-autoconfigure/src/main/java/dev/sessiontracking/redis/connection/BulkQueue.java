// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Limits the number of concurrent operations on many keys. Users take turns, so the operations of one user do not delay
 * those of others. The queue is bounded. Thread-safe; does not block.
 */
final class BulkQueue {

    static final int PARALLEL = 4;

    static final int MOST_WAITING = 256;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Map<String, Queue<CompletableFuture<Boolean>>> waiting = new LinkedHashMap<>();

    private int waitingCount;

    private int running;

    /**
     * Runs an operation when it is the user's turn.
     *
     * @return the result; fails if the queue is full, or if this operation has waited for too long
     */
    <T> CompletionStage<T> run(String user, Supplier<? extends CompletionStage<T>> operation) {
        CompletableFuture<Boolean> turn = new CompletableFuture<>();
        synchronized (this) {
            if (waitingCount == MOST_WAITING) {
                return CompletableFuture.failedFuture(overloaded());
            }
            waitingCount++;
            waiting.computeIfAbsent(user, any -> new ArrayDeque<>()).add(turn);
        }
        startNext();
        return turn.completeOnTimeout(false, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)
                .thenCompose(isItsTurn -> isItsTurn
                        ? operation.get().whenComplete((value, failure) -> ended())
                        : CompletableFuture.failedFuture(overloaded()));
    }

    private static SessionStoreUnavailableException overloaded() {
        return new SessionStoreUnavailableException(
                "Too many operations on all sessions of a user are running on this node", null);
    }

    private void ended() {
        synchronized (this) {
            running--;
        }
        startNext();
    }

    private void startNext() {
        CompletableFuture<Boolean> next;
        synchronized (this) {
            Iterator<Map.Entry<String, Queue<CompletableFuture<Boolean>>>> users =
                    waiting.entrySet().iterator();
            if (running == PARALLEL || !users.hasNext()) {
                return;
            }
            Map.Entry<String, Queue<CompletableFuture<Boolean>>> first = users.next();
            users.remove();
            next = first.getValue().remove();
            if (!first.getValue().isEmpty()) {
                waiting.put(first.getKey(), first.getValue());
            }
            waitingCount--;
            running++;
        }
        if (!next.complete(true)) {
            // It has waited for too long, and was answered.
            ended();
        }
    }
}
