// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import dev.sessiontracking.benchmarks.report.Spread;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From the start of the JVM until requests are served, with and without session tracking, in turns. */
public final class StartupCommand {

    private static final int ROUNDS = 10;

    private StartupCommand() {}

    /** Runs it; the one option is {@code --rounds=N}. */
    public static void run(List<String> options) {
        int rounds = ROUNDS;
        for (String option : options) {
            if (!option.startsWith("--rounds=")) {
                throw new IllegalArgumentException("There is no option " + option);
            }
            rounds = Integer.parseInt(option.substring(option.indexOf('=') + 1));
        }
        Conditions conditions = new Conditions()
                .add("flags of every JVM", String.join(" ", VariantProcess.JVM_FLAGS))
                .add("rounds", rounds + ", and one that nobody measures");
        String table = measure(rounds, Classpath.current());
        System.out.println(table);
        Results.write("startup", "md", "# Startup\n\n" + conditions.markdown() + "\n" + table);
    }

    static String measure(int rounds, Classpath classpath) {
        double[] without = new double[rounds];
        double[] with = new double[rounds];
        double[] differences = new double[rounds];
        try (RedisProcess redis = RedisProcess.start()) {
            start(Variant.PLAIN_JWT, classpath, null);
            for (int round = 0; round < rounds; round++) {
                without[round] = start(Variant.PLAIN_JWT, classpath, null);
                with[round] = start(Variant.NEAR_CACHE, classpath, redis.url());
                differences[round] = with[round] - without[round];
            }
        }
        return "| application | ms until it serves requests |\n|---|--:|\n"
                + row(Variant.PLAIN_JWT.title(), without)
                + row(Variant.NEAR_CACHE.title(), with)
                + row("difference within a round", differences);
    }

    private static String row(String title, double[] values) {
        return "| " + title + " | " + Spread.of(values).format(0) + " |\n";
    }

    private static double start(Variant variant, Classpath classpath, @Nullable String redisUrl) {
        long before = System.nanoTime();
        VariantProcess started = VariantProcess.start(variant, classpath, redisUrl);
        double millis = (System.nanoTime() - before) / 1_000_000.0;
        started.close();
        return millis;
    }
}
