// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.spi.SessionStore.StoreObserver.Operation;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Timers for the operations of the store. Compared with a round trip, their cost is negligible. Thread-safe. */
final class StoreTimers implements StoreObserver, MeterBinder {

    static final String NAME = "session.tracking.store.operations";

    private final List<MeterProvider<Timer>> registered = new CopyOnWriteArrayList<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        MeterProvider<Timer> timers = Timer.builder(NAME)
                .description("Duration of operations of the session store")
                .withRegistry(registry);
        for (Operation operation : Operation.values()) {
            timer(timers, operation, true);
            timer(timers, operation, false);
        }
        registered.add(timers);
    }

    private static Timer timer(MeterProvider<Timer> timers, Operation operation, boolean answered) {
        return timers.withTags("operation", TrackingState.word(operation), "outcome", answered ? "success" : "failure");
    }

    @Override
    public void ended(Operation operation, boolean answered, long nanos) {
        for (MeterProvider<Timer> timers : registered) {
            timer(timers, operation, answered).record(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
