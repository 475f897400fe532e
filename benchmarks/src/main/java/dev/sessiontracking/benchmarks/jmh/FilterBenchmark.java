// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the filters add to a request: the difference between two benchmarks of a pair. Both make a mock request and a mock
 * response, which is most of what is left.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Threads(1)
public class FilterBenchmark {

    /** The chain of a resource server without session tracking. */
    @Benchmark
    public int resourceServerUntracked(Untracked state, Count count) throws Exception {
        return state.requestWithToken(count.next++);
    }

    /** The same chain with session tracking. */
    @Benchmark
    public int resourceServerTracked(Tracked state, Count count) throws Exception {
        return state.requestWithToken(count.next++);
    }

    /** No filters, and an authentication in the context. */
    @Benchmark
    public int contextWithoutFilters(Untracked state, Count count) throws Exception {
        return state.requestWithContext(count.next++);
    }

    /** The filters of session tracking alone, and an authentication in the context. */
    @Benchmark
    public int contextWithFilters(Tracked state, Count count) throws Exception {
        return state.requestWithContext(count.next++);
    }

    /** Session tracking is off. */
    @State(Scope.Benchmark)
    public static class Untracked extends ChainState {

        /** For JMH. */
        public Untracked() {
            super(false);
        }
    }

    /** Session tracking is on, with the near cache. */
    @State(Scope.Benchmark)
    public static class Tracked extends ChainState {

        /** For JMH. */
        public Tracked() {
            super(true);
        }
    }

    /** Takes a thread from session to session. */
    @State(Scope.Thread)
    public static class Count {

        private int next;
    }
}
