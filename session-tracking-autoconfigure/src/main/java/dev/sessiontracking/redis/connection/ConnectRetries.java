// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Repeats failed attempts to connect, in the background. Thread-safe.
 *
 * @param attemptFailed runs after each failure
 */
record ConnectRetries(ScheduledExecutorService executor, Runnable attemptFailed) {

    private static final long PAUSE_MILLIS = 250;

    /**
     * Makes attempts until one succeeds.
     *
     * @param givenUp is checked before each attempt
     * @param failed receives each failure, except a timeout of the first attempt
     */
    <C> CompletableFuture<C> persistently(
            Supplier<CompletionStage<C>> attempt, Supplier<Boolean> givenUp, Consumer<Throwable> failed) {
        CompletableFuture<C> made = new CompletableFuture<>();
        executor.execute(() -> attempt(attempt, givenUp, failedButForTheFirst(failed), made));
        return made;
    }

    /**
     * On a small machine, the first attempt may time out because it loads the classes of the client. So its failure is
     * reported only if the second attempt fails too.
     */
    private static Consumer<Throwable> failedButForTheFirst(Consumer<Throwable> failed) {
        AtomicBoolean forgiven = new AtomicBoolean();
        return failure -> {
            if (!RedisFailures.isSilence(failure) || !forgiven.compareAndSet(false, true)) {
                failed.accept(failure);
            }
        };
    }

    private <C> void attempt(
            Supplier<CompletionStage<C>> attempt,
            Supplier<Boolean> givenUp,
            Consumer<Throwable> failed,
            CompletableFuture<C> made) {
        if (givenUp.get()) {
            return;
        }
        CompletionStage<C> connecting;
        try {
            connecting = attempt.get();
        } catch (RuntimeException | LinkageError failure) {
            connecting = CompletableFuture.failedFuture(failure);
        }
        connecting.whenComplete((connection, failure) -> {
            if (failure == null) {
                made.complete(connection);
            } else if (!givenUp.get()) {
                attemptFailed.run();
                failed.accept(RedisFailures.unwrap(failure));
                later(() -> attempt(attempt, givenUp, failed, made), PAUSE_MILLIS);
            }
        });
    }

    /** Runs a task later, unless the executor is shut down by then. */
    void later(Runnable task, long millis) {
        if (!executor.isShutdown()) {
            executor.schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }
}
