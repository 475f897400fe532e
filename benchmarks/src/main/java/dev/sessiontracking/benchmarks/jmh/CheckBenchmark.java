// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.benchmarks.node.Node;
import dev.sessiontracking.core.SessionChecker.Result;
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

/** One check of a session, by where its answer comes from. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CheckBenchmark {

    /** From the near cache, which holds the session. */
    @Benchmark
    @Threads(1)
    public Result hit(Cached state, Cursor cursor) {
        return cursor.check(state);
    }

    /** The same, while all meters are read ten times a second. */
    @Benchmark
    @Threads(1)
    public Result hitMetered(Metered state, Cursor cursor) {
        return cursor.check(state);
    }

    /** The same on two threads. */
    @Benchmark
    @Threads(2)
    public Result hitOnTwoThreads(Cached state, Cursor cursor) {
        return cursor.check(state);
    }

    /** The same as an application asks. */
    @Benchmark
    @Threads(1)
    public boolean isSessionValidHit(Cached state, Cursor cursor) {
        boolean valid = state.service.isSessionValid(cursor.next(state).sessionId());
        cursor.expect(valid);
        return valid;
    }

    /** From the near cache, which knows that there is no such session. */
    @Benchmark
    @Threads(1)
    public Result negative(KnownAbsent state, Cursor cursor) {
        return cursor.check(state);
    }

    /** From the server, on the connection that fills the near cache: a GET, the session read, and kept. */
    @Benchmark
    @Threads(1)
    public Result miss(NeverCached state, Cursor cursor) {
        return cursor.check(state);
    }

    /** From the server, with the near cache switched off. */
    @Benchmark
    @Threads(1)
    public Result withoutNearCache(WithoutCache state, Cursor cursor) {
        return cursor.check(state);
    }

    /** Every session is in the near cache. */
    @State(Scope.Benchmark)
    public static class Cached extends CheckState {

        /** For JMH. */
        public Cached() {
            super(Result.LIVE_BY_CACHE);
        }
    }

    /** The same in an application with Micrometer. */
    @State(Scope.Benchmark)
    public static class Metered extends CheckState {

        /** For JMH. */
        public Metered() {
            super(Result.LIVE_BY_CACHE, redis -> Node.startMetered(redis.url()));
        }
    }

    /** The near cache knows that none of these sessions exists. */
    @State(Scope.Benchmark)
    public static class KnownAbsent extends CheckState {

        /** For JMH. */
        public KnownAbsent() {
            super(Result.ENDED_BY_CACHE);
        }
    }

    /** The near cache has room for one session, and never the one that is asked for next. */
    @State(Scope.Benchmark)
    public static class NeverCached extends CheckState {

        /** For JMH. */
        public NeverCached() {
            super(Result.LIVE_BY_STORE, "session.tracking.near-cache.maximum-size=1");
        }
    }

    /** There is no near cache. */
    @State(Scope.Benchmark)
    public static class WithoutCache extends CheckState {

        /** For JMH. */
        public WithoutCache() {
            super(Result.LIVE_BY_STORE, "session.tracking.near-cache.enabled=false");
        }
    }
}
