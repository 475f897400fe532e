// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Requests of others, while something else is measured. */
final class BackgroundLoad {

    private static final Duration SLICE = Duration.ofMillis(250);

    private BackgroundLoad() {}

    /** Measures under load; fails when a request of the load does. */
    static <T> T during(int port, List<byte[]> requests, int connections, Supplier<T> measurement) {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> load = CompletableFuture.runAsync(
                () -> {
                    while (!over.get()) {
                        Load.run(port, requests, connections, SLICE);
                    }
                },
                task -> new Thread(task, "background-load").start());
        try {
            return measurement.get();
        } finally {
            over.set(true);
            load.join();
        }
    }
}
