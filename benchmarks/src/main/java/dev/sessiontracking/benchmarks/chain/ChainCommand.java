// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.chain;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import dev.sessiontracking.benchmarks.report.Spread;
import dev.sessiontracking.benchmarks.server.RedisProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Compares filter chains by the processor time of the thread, in interleaved rounds. Each round runs every chain in a random
 * order; a ratio is taken within one round. Plain JWT against plain JWT shows the noise.
 */
public final class ChainCommand {

    private static final String WEBFLUX = "--webflux";

    private static final String STARTS = "--starts=";

    private static final String ROUNDS = "--rounds=";

    private static final String SESSIONS = "--sessions=";

    private static final int DEFAULT_ROUNDS = 60;

    private static final int DEFAULT_SESSIONS = 1000;

    private static final int WARM_UP_ROUNDS = 10;

    private static final int REQUESTS = 3000;

    /** Starts a chain with these properties. */
    private interface Maker {
        MeasuredChain make(String name, int sessions, @Nullable RedisProcess redis);
    }

    private ChainCommand() {}

    /**
     * The options are {@code --webflux}, {@code --starts=N}, {@code --rounds=N} and {@code --sessions=N}. With one session,
     * all its data is in the processor's cache; with many, it is not. Each start is a process of its own, which compiles the
     * same code in another way.
     */
    public static void run(List<String> options) throws Exception {
        List<String> ofOneStart =
                options.stream().filter(option -> !option.startsWith(STARTS)).toList();
        if (ofOneStart.size() < options.size()) {
            String starts = options.stream()
                    .filter(option -> option.startsWith(STARTS))
                    .findFirst()
                    .orElseThrow();
            ChainStarts.run(Integer.parseInt(starts.substring(STARTS.length())), ofOneStart);
        } else {
            runOnce(options);
        }
    }

    private static void runOnce(List<String> options) throws Exception {
        int rounds = DEFAULT_ROUNDS;
        int sessions = DEFAULT_SESSIONS;
        boolean webFlux = options.contains(WEBFLUX);
        for (String option : options) {
            if (option.equals(WEBFLUX)) {
                continue;
            }
            int value = Integer.parseInt(option.substring(option.indexOf('=') + 1));
            if (option.startsWith(ROUNDS)) {
                rounds = value;
            } else if (option.startsWith(SESSIONS)) {
                sessions = value;
            } else {
                throw new IllegalArgumentException("There is no option " + option);
            }
        }
        Conditions conditions = new Conditions()
                .add("rounds", rounds + " of " + REQUESTS + " requests per chain")
                .add("sessions", sessions)
                .add("tokens", "HS256");
        String table;
        Maker maker = webFlux ? WebFluxChain::new : ServletChain::new;
        try (MeasuredChain plain = maker.make("plain JWT", sessions, null);
                MeasuredChain again = maker.make("plain JWT, once more", sessions, null);
                MeasuredChain tracked = maker.make("session tracking", sessions, RedisProcess.start())) {
            table = measure(List.of(plain, again, tracked), rounds);
        }
        System.out.println(table);
        Results.write(
                name(options),
                "md",
                "# The filter chain, by processor time\n\n" + conditions.markdown() + "\n" + table);
    }

    static String name(List<String> options) {
        return options.contains(WEBFLUX) ? "chain-webflux" : "chain";
    }

    private static String measure(List<MeasuredChain> chains, int rounds) throws Exception {
        double[][] micros = new double[chains.size()][rounds];
        double[][] bytes = new double[chains.size()][rounds];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < chains.size(); i++) {
            order.add(i);
        }
        Random random = new Random(1);
        for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (int i : order) {
                MeasuredChain.Cost cost = chains.get(i).run(REQUESTS);
                if (round >= 0) {
                    micros[i][round] = cost.micros();
                    bytes[i][round] = cost.bytes();
                }
            }
        }
        StringBuilder table = new StringBuilder(
                "| chain | µs, median | / plain, median [quartiles] | B more than plain | commands |\n|---|--:|--:|--:|--:|\n");
        for (int i = 0; i < chains.size(); i++) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.2f | %s | %.0f | %.2f |%n",
                    chains.get(i).name(),
                    Spread.of(micros[i]).median(),
                    quartiles(micros[i], micros[0]),
                    Spread.of(bytes[i]).median() - Spread.of(bytes[0]).median(),
                    chains.get(i).commands(REQUESTS)));
        }
        return table.toString().replace("NaN", "–");
    }

    private static String quartiles(double[] values, double[] plain) {
        double[] ratios = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            ratios[i] = values[i] / plain[i];
        }
        Arrays.sort(ratios);
        return String.format(
                Locale.ROOT,
                "%.3f [%.3f–%.3f]",
                Spread.of(ratios).median(),
                ratios[ratios.length / 4],
                ratios[3 * ratios.length / 4]);
    }
}
