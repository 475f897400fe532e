// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import dev.sessiontracking.benchmarks.report.Spread;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From the start of the JVM until requests are served: plain JWT, the same with the client of Redis on the classpath, the
 * hand-written check, and session tracking, in turns.
 */
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
        Times without = new Times(rounds);
        Times client = new Times(rounds);
        Times byHand = new Times(rounds);
        Times with = new Times(rounds);
        try (RedisProcess redis = RedisProcess.start()) {
            without.measure(0, Variant.PLAIN_JWT, classpath, null);
            for (int round = 0; round < rounds; round++) {
                without.measure(round, Variant.PLAIN_JWT, classpath, null);
                client.measure(round, Variant.PLAIN_JWT_WITH_LETTUCE, classpath, null);
                byHand.measure(round, Variant.HAS_KEY, classpath, redis.url());
                with.measure(round, Variant.NEAR_CACHE, classpath, redis.url());
            }
        }
        return "| application | ms until it serves requests | ms until a login and a request with its token are answered |\n"
                + "|---|--:|--:|\n"
                + row(Variant.PLAIN_JWT.title(), without.started, without.answered)
                + row(Variant.PLAIN_JWT_WITH_LETTUCE.title(), client.started, client.answered)
                + row(Variant.HAS_KEY.title(), byHand.started, byHand.answered)
                + row(Variant.NEAR_CACHE.title(), with.started, with.answered)
                + difference(Variant.PLAIN_JWT_WITH_LETTUCE, client, without)
                + difference(Variant.HAS_KEY, byHand, without)
                + difference(Variant.NEAR_CACHE, with, without);
    }

    private static String difference(Variant variant, Times times, Times without) {
        return row(
                variant.title() + ", more than plain JWT in the same round",
                differences(times.started, without.started),
                differences(times.answered, without.answered));
    }

    private static double[] differences(double[] with, double[] without) {
        return IntStream.range(0, with.length)
                .mapToDouble(round -> with[round] - without[round])
                .toArray();
    }

    private static String row(String title, double[] started, double[] answered) {
        return "| " + title + " | " + Spread.of(started).format(0) + " | "
                + Spread.of(answered).format(0) + " |\n";
    }

    /** From the start of the JVM, for each round. */
    private static final class Times {

        private final double[] started;

        private final double[] answered;

        Times(int rounds) {
            this.started = new double[rounds];
            this.answered = new double[rounds];
        }

        void measure(int round, Variant variant, Classpath classpath, @Nullable String redisUrl) {
            long before = System.nanoTime();
            try (VariantProcess process = VariantProcess.start(variant, classpath, redisUrl)) {
                started[round] = millisSince(before);
                Logins.first(process.port());
                answered[round] = millisSince(before);
            }
        }

        private static double millisSince(long before) {
            return (System.nanoTime() - before) / 1_000_000.0;
        }
    }
}
