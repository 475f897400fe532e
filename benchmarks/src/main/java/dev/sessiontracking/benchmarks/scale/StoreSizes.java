// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.benchmarks.node.Node;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What an operation costs when there are few sessions, and when there are many. */
final class StoreSizes {

    private static final int OPERATIONS = 2_000;

    private StoreSizes() {}

    static String measure(List<Integer> sizes) {
        StringBuilder table = new StringBuilder("| sessions in Redis | bytes per session | operation | " + Cost.head()
                + " |\n|--:|--:|---|--:|--:|--:|--:|\n");
        for (int size : sizes) {
            System.err.println(size + " sessions");
            try (RedisProcess server = RedisProcess.start();
                    RedisClientConnection redis = RedisClientConnection.to(server);
                    Node node = Node.start(server.url(), "session.tracking.near-cache.enabled=false")) {
                table.append(measure(node.service(), redis, size));
            }
        }
        return table.toString();
    }

    private static String measure(SessionService service, RedisClientConnection redis, int size) {
        Population.create(service, "early-", OPERATIONS, 1);
        long before = redis.figures().memoryBytes();
        Population.copy(service, redis, size);
        double bytes = (redis.figures().memoryBytes() - before) / (double) size;
        String begin = String.format(Locale.ROOT, "| %,d | %.0f | ", size, bytes);

        List<UserSession> created = new ArrayList<>();
        Cost create = Cost.of(
                redis, OPERATIONS, i -> created.add(service.createSession("new-" + i / 3, Population.METADATA)));
        Cost check = Cost.of(
                redis,
                OPERATIONS,
                i -> require(service.isSessionValid(created.get(i).id())));
        Cost list = Cost.of(
                redis,
                OPERATIONS,
                i -> require(
                        !service.getUserSessions("copied-" + i % (size / 3)).isEmpty()));
        Cost revoke = Cost.of(
                redis,
                OPERATIONS,
                i -> require(service.revokeSession(created.get(i).id())));
        return begin + "create | " + create.cells() + " |\n"
                + begin + "check without near cache | " + check.cells() + " |\n"
                + begin + "list, 3 sessions | " + list.cells() + " |\n"
                + begin + "revoke | " + revoke.cells() + " |\n";
    }

    private static void require(boolean fulfilled) {
        if (!fulfilled) {
            throw new IllegalStateException("A session was not there");
        }
    }
}
