// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.metrics;

import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.spi.SessionStore.StoreObserver;
import dev.sessiontracking.spi.SessionStore.StoreObserver.Operation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Timers for the operations of the store. Compared with a round trip, their cost is negligible. Thread-safe. */
final class StoreTimers implements StoreObserver, MeterBinder {

    static final String NAME = "session.tracking.store.operations";

    private final List<Timers> registered = new CopyOnWriteArrayList<>();

    @Override
    public void bindTo(MeterRegistry registry) {
        registered.add(new Timers(timers(registry, "success"), timers(registry, "failure")));
    }

    private static Map<Operation, Timer> timers(MeterRegistry registry, String outcome) {
        Map<Operation, Timer> timers = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            timers.put(
                    operation,
                    Timer.builder(NAME)
                            .description("Duration of operations of the session store")
                            .tag("operation", TrackingState.word(operation))
                            .tag("outcome", outcome)
                            .register(registry));
        }
        return timers;
    }

    @Override
    public void ended(Operation operation, boolean answered, long nanos) {
        for (Timers timers : registered) {
            Timer timer = (answered ? timers.answered() : timers.unanswered()).get(operation);
            if (timer != null) {
                timer.record(nanos, TimeUnit.NANOSECONDS);
            }
        }
    }

    private record Timers(Map<Operation, Timer> answered, Map<Operation, Timer> unanswered) {}
}
