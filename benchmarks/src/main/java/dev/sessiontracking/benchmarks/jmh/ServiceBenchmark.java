// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import dev.sessiontracking.UserSession;
import dev.sessiontracking.benchmarks.node.Node;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What a login, a logout and a list of sessions cost the node that is asked, server included. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Threads(1)
public class ServiceBenchmark {

    /** The first session of a user. */
    @Benchmark
    public UserSession create(Service state) {
        return state.create();
    }

    /** A live session; its creation is not part of the time. */
    @Benchmark
    public boolean revoke(Service state, ToRevoke session) {
        if (!state.node.service().revokeSession(session.id)) {
            throw new IllegalStateException("There was nothing to revoke");
        }
        return true;
    }

    /** A user with three sessions. */
    @Benchmark
    public List<UserSession> list(Service state) {
        return state.node.service().getUserSessions(Service.LISTED);
    }

    /** A node and its server. */
    @State(Scope.Benchmark)
    public static class Service {

        static final String LISTED = "user-with-three";

        private final RedisProcess redis = RedisProcess.start();

        final Node node = Node.start(redis.url());

        private long users;

        /** For JMH. */
        public Service() {
            for (int i = 0; i < 3; i++) {
                node.service().createSession(LISTED, Sessions.METADATA);
            }
        }

        UserSession create() {
            return node.service().createSession("user-" + users++, Sessions.METADATA);
        }

        /** Ends the node and its server. */
        @TearDown
        public void stop() {
            node.close();
            redis.close();
        }
    }

    /** The session of one invocation. */
    @State(Scope.Thread)
    public static class ToRevoke {

        private String id = "";

        /** Creates it. */
        @Setup(Level.Invocation)
        public void create(Service state) {
            id = state.create().id();
        }
    }
}
