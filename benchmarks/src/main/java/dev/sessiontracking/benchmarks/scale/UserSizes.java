// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.benchmarks.node.Node;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.List;
import java.util.Locale;

/** What it costs to list and to revoke all sessions of a user who has few of them, or many. */
final class UserSizes {

    /** Sessions that are revoked for one row, whether they are many users' or few users'. */
    private static final int SESSIONS = 30_000;

    private static final int MOST_USERS = 300;

    private UserSizes() {}

    static String measure(List<Integer> sizes) {
        StringBuilder table = new StringBuilder(
                "| sessions of the user | operation | " + Cost.head() + " |\n" + "|--:|---|--:|--:|--:|--:|\n");
        try (RedisProcess server = RedisProcess.start();
                RedisClientConnection redis = RedisClientConnection.to(server);
                Node node = Node.start(server.url())) {
            Population.create(node.service(), "early-", 1_000, 1);
            for (int size : sizes) {
                System.err.println("Users with " + size + " sessions");
                table.append(measure(node.service(), redis, size));
            }
        }
        return table.toString();
    }

    private static String measure(SessionService service, RedisClientConnection redis, int size) {
        int users = Math.min(MOST_USERS, SESSIONS / size);
        String prefix = "user-with-" + size + "-";
        Population.create(service, prefix, users * size, size);
        Cost list = Cost.of(
                redis, users, i -> require(service.getUserSessions(prefix + i).size(), size));
        Cost revokeAll = Cost.of(
                redis,
                users,
                i -> require(service.revokeAllUserSessions(prefix + i).count(), size));
        String begin = String.format(Locale.ROOT, "| %,d | ", size);
        return begin + "list | " + list.cells() + " |\n" + begin + "revokeAll | " + revokeAll.cells() + " |\n";
    }

    private static void require(long found, int expected) {
        if (found != expected) {
            throw new IllegalStateException("Expected " + expected + " sessions, found " + found);
        }
    }
}
