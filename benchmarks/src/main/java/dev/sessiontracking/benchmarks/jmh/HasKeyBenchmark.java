// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** The check as most applications write it, for comparison with one that has no near cache. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HasKeyBenchmark {

    /** One EXISTS. */
    @Benchmark
    @Threads(1)
    public boolean hasKey(Template state) {
        return state.redis.hasKey("session:" + state.next++ % Sessions.COUNT);
    }

    /** A server with keys, and Spring Data's template for it. */
    @State(Scope.Benchmark)
    public static class Template {

        private final RedisProcess server = RedisProcess.start();

        private final LettuceConnectionFactory connections;

        private final StringRedisTemplate redis;

        private int next;

        /** For JMH. */
        public Template() {
            connections = new LettuceConnectionFactory(
                    "127.0.0.1", URI.create(server.url()).getPort());
            connections.afterPropertiesSet();
            connections.start();
            redis = new StringRedisTemplate(connections);
            for (int i = 0; i < Sessions.COUNT; i++) {
                redis.opsForValue().set("session:" + i, "user");
            }
        }

        /** Ends both. */
        @TearDown
        public void stop() {
            connections.destroy();
            server.close();
        }
    }
}
