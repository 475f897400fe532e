// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.test;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.spi.StoreListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Lets one request at a time be answered, or none. Listeners are notified in turn, and not under the lock of the data. */
final class OutageSwitch {

    private static final String OUTAGE = "a test has begun an outage";

    private final Object lock = new Object();

    private final List<StoreListener> listeners = new ArrayList<>();

    private boolean unavailable;

    void turn(boolean outage) {
        synchronized (listeners) {
            synchronized (lock) {
                if (unavailable == outage) {
                    return;
                }
                unavailable = outage;
            }
            listeners.forEach(outage ? listener -> listener.unavailable(OUTAGE) : StoreListener::available);
        }
    }

    void listen(StoreListener listener) {
        synchronized (listeners) {
            listeners.add(listener);
            if (underLock(() -> unavailable)) {
                listener.unavailable(OUTAGE);
            }
        }
    }

    <T> CompletionStage<T> answer(Supplier<T> answer) {
        return underLock(() -> unavailable
                ? CompletableFuture.failedFuture(new SessionStoreUnavailableException(OUTAGE, null))
                : CompletableFuture.completedFuture(answer.get()));
    }

    /** Also during an outage. */
    <T> T underLock(Supplier<T> access) {
        synchronized (lock) {
            return access.get();
        }
    }
}
