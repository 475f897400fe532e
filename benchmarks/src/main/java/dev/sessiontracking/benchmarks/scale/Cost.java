// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import dev.sessiontracking.benchmarks.report.Latencies;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisFigures;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * What one operation costs.
 *
 * @param p50 median of its duration, in microseconds
 * @param p99 99th percentile of its duration, in microseconds
 * @param serverCpu processor time of Redis, in microseconds
 * @param commands commands that Redis ran for it, those inside scripts included
 */
record Cost(double p50, double p99, double serverCpu, double commands) {

    /** Of an operation that is done some times, one after the other. */
    static Cost of(RedisClientConnection redis, int times, IntConsumer operation) {
        Latencies latencies = new Latencies();
        RedisFigures before = redis.figures();
        for (int i = 0; i < times; i++) {
            long begun = System.nanoTime();
            operation.accept(i);
            latencies.add(System.nanoTime() - begun);
        }
        RedisFigures work = redis.figures().since(before);
        return new Cost(
                latencies.percentile(0.5),
                latencies.percentile(0.99),
                work.cpuMicros() / times,
                (double) work.commands() / times);
    }

    static String head() {
        return "p50, µs | p99, µs | server CPU, µs | commands";
    }

    String cells() {
        return String.format(Locale.ROOT, "%.0f | %.0f | %.1f | %.1f", p50, p99, serverCpu, commands);
    }
}
