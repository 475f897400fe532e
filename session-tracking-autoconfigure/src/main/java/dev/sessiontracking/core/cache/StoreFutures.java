// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core.cache;

import dev.sessiontracking.SessionStoreUnavailableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** Waits for what the store answers. */
public final class StoreFutures {

    private StoreFutures() {}

    /**
     * The stage's value. The store bounds the time.
     *
     * @throws SessionStoreUnavailableException when the store did not answer, or this thread was interrupted
     */
    public static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SessionStoreUnavailableException("Interrupted while waiting for the store", interrupted);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof SessionStoreUnavailableException unavailable) {
                throw unavailable;
            }
            throw new SessionStoreUnavailableException("The store failed unexpectedly", failed.getCause());
        }
    }

    /** The failure of a stage without the wrapper that dependent stages add. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
