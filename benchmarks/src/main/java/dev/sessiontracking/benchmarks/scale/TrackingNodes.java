// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.benchmarks.node.Node;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What nodes with a near cache cost the server: connections that have asked it to push, and have read every session. A
 * login and a revocation come from one more node.
 */
final class TrackingNodes {

    private static final int SESSIONS = 10_000;

    private static final int OPERATIONS = 2_000;

    private static final int BATCH = 500;

    private static final long SETTLE_MILLIS = 300;

    private TrackingNodes() {}

    static String measure(List<Integer> nodeCounts) {
        StringBuilder table = new StringBuilder("| nodes | bytes per tracked session | operation | " + Cost.head()
                + " |\n|--:|--:|---|--:|--:|--:|--:|\n");
        List<Line.Point> points = new ArrayList<>();
        for (int nodes : nodeCounts) {
            System.err.println(nodes + " nodes");
            try (RedisProcess server = RedisProcess.start();
                    RedisClientConnection redis = RedisClientConnection.to(server);
                    Node node = Node.start(server.url(), "session.tracking.near-cache.enabled=false")) {
                table.append(measure(node.service(), redis, nodes, points));
            }
        }
        Line line = Line.through(points);
        return table
                + String.format(
                        Locale.ROOT,
                        "%nMemory of tracking: bytes = sessions × (%.0f + %.0f × nodes), fitted to the rows above.%n",
                        line.atZero(),
                        line.slope());
    }

    private static String measure(
            SessionService service, RedisClientConnection redis, int nodes, List<Line.Point> points) {
        List<UserSession> sessions = Population.create(service, "user-", SESSIONS, Population.SESSIONS_PER_USER);
        List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            connections.add(redis.another());
        }
        // Once without tracking: what the connections' buffers need is not counted.
        connections.forEach(connection -> readAll(connection, sessions));
        long before = settledMemory(redis);
        for (StatefulRedisConnection<String, String> connection : connections) {
            connection.sync().clientTracking(TrackingArgs.Builder.enabled());
            readAll(connection, sessions);
        }
        double bytes = (settledMemory(redis) - before) / (double) SESSIONS;
        points.add(new Line.Point(nodes, bytes));

        Cost login = Cost.of(redis, OPERATIONS, i -> service.createSession("new-" + i / 3, Population.METADATA));
        Cost revoke = Cost.of(redis, OPERATIONS, i -> {
            if (!service.revokeSession(sessions.get(i).id())) {
                throw new IllegalStateException("A session was not there");
            }
        });
        connections.forEach(StatefulRedisConnection::close);
        String begin = String.format(Locale.ROOT, "| %d | %.0f | ", nodes, bytes);
        return begin + "login | " + login.cells() + " |\n" + begin + "revoke | " + revoke.cells() + " |\n";
    }

    private static void readAll(StatefulRedisConnection<String, String> connection, List<UserSession> sessions) {
        for (int begin = 0; begin < sessions.size(); begin += BATCH) {
            List<RedisFuture<String>> answers = new ArrayList<>();
            for (UserSession session : sessions.subList(begin, Math.min(sessions.size(), begin + BATCH))) {
                answers.add(connection.async().get("session:" + session.id()));
            }
            answers.forEach(answer -> answer.toCompletableFuture().join());
        }
    }

    private static long settledMemory(RedisClientConnection redis) {
        try {
            TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while measuring", e);
        }
        return redis.figures().memoryBytes();
    }
}
