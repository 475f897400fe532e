// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.scale;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import dev.sessiontracking.benchmarks.server.RedisClientConnection;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.List;

/** Prints three tables: many sessions, many sessions of one user, many nodes. */
public final class ScaleCommand {

    private static final String SMALL = "--small";

    private ScaleCommand() {}

    /** Runs it; the one option is {@code --small}, to see in less time that it works. */
    public static void run(List<String> options) {
        boolean small = options.contains(SMALL);
        if (!options.isEmpty() && !options.equals(List.of(SMALL))) {
            throw new IllegalArgumentException("The only option is " + SMALL);
        }
        Conditions conditions = new Conditions().add("redis", redisVersion());
        String tables = "## Sessions\n\n"
                + StoreSizes.measure(small ? List.of(10_000, 50_000) : List.of(10_000, 1_000_000))
                + "\n## Sessions of one user\n\n"
                + UserSizes.measure(small ? List.of(1, 100) : List.of(1, 100, 10_000))
                + "\n## Nodes with a near cache\n\n"
                + TrackingNodes.measure(small ? List.of(1, 10) : List.of(1, 10, 20, 50));
        System.out.println(tables);
        Results.write(
                small ? "scale-small" : "scale", "md", "# What grows\n\n" + conditions.markdown() + "\n" + tables);
    }

    private static String redisVersion() {
        try (RedisProcess server = RedisProcess.start();
                RedisClientConnection redis = RedisClientConnection.to(server)) {
            return redis.figures().version();
        }
    }
}
