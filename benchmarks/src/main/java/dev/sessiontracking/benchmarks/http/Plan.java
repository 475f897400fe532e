// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is compared, and for how long. Many short rounds rather than a few long ones: the machine's mood changes from one
 * ten seconds to the next, and a ratio is worth something only when both of its sides met the same.
 *
 * @param name of the mode
 * @param variants in the order of the table
 * @param starts how often all of them are started, because each process compiles the same code in another way
 * @param rounds how often each is measured in each start
 * @param slot how long at one connection, and again at several
 * @param warmUp how long before that
 * @param connections how many "several" are
 * @param sessions how many sessions take turns
 * @param logins how many sessions are begun where there is Redis, to see what they cost
 */
record Plan(
        String name,
        List<Variant> variants,
        int starts,
        int rounds,
        Duration slot,
        Duration warmUp,
        int connections,
        int sessions,
        int logins) {

    private static final int CONNECTIONS = 16;

    private static final int SESSIONS = 1_000;

    private static final int LOGINS = 10_000;

    private static final Plan QUICK = new Plan(
            "quick",
            Variant.quick(),
            1,
            20,
            Duration.ofMillis(500),
            Duration.ofSeconds(5),
            CONNECTIONS,
            SESSIONS,
            LOGINS);

    private static final Plan LONG = new Plan(
            "long",
            Variant.servlet(),
            1,
            60,
            Duration.ofSeconds(1),
            Duration.ofSeconds(15),
            CONNECTIONS,
            SESSIONS,
            LOGINS);

    /** A few seconds to see that it works. */
    static Plan smoke(Variant... variants) {
        Duration slot = Duration.ofMillis(200);
        return new Plan("smoke", List.of(variants), 1, 1, slot, slot, 2, 20, 30);
    }

    /** For one variant, where something else than its load is measured. */
    static Plan of(Variant variant, Duration warmUp, int sessions) {
        return new Plan("", List.of(variant), 1, 0, warmUp.dividedBy(5), warmUp, 4, sessions, sessions);
    }

    /**
     * From the options of the command line: {@code --long}, {@code --webflux}, {@code --starts=N}, {@code --rounds=N}, {@code --warm-up=SECONDS} and
     * {@code --variants=A,B}, where the reference is always one of them.
     */
    static Plan parse(List<String> options) {
        Plan plan = options.contains("--long") ? LONG : QUICK;
        for (String option : options) {
            String value = option.substring(option.indexOf('=') + 1);
            if (option.startsWith("--starts=")) {
                plan = plan.withStarts(Integer.parseInt(value));
            } else if (option.startsWith("--rounds=")) {
                plan = plan.withRounds(Integer.parseInt(value));
            } else if (option.startsWith("--warm-up=")) {
                plan = plan.withWarmUp(Duration.ofSeconds(Long.parseLong(value)));
            } else if (option.startsWith("--variants=")) {
                plan = plan.withVariants(value);
            } else if (option.equals("--webflux")) {
                plan = plan.withWebFlux();
            } else if (!option.equals("--long")) {
                throw new IllegalArgumentException("There is no option " + option);
            }
        }
        return plan;
    }

    /** What the ratios are ratios of: plain JWT. */
    Variant reference() {
        return variants.contains(Variant.PLAIN_JWT) ? Variant.PLAIN_JWT : variants.get(0);
    }

    private Plan withWebFlux() {
        return new Plan(
                "webflux-" + name, Variant.webFlux(), starts, rounds, slot, warmUp, connections, sessions, logins);
    }

    private Plan withStarts(int count) {
        return new Plan(name, variants, count, rounds, slot, warmUp, connections, sessions, logins);
    }

    private Plan withRounds(int count) {
        return new Plan(name, variants, starts, count, slot, warmUp, connections, sessions, logins);
    }

    private Plan withWarmUp(Duration longer) {
        return new Plan(name, variants, starts, rounds, slot, longer, connections, sessions, logins);
    }

    private Plan withVariants(String names) {
        List<Variant> chosen = new ArrayList<>();
        chosen.add(Variant.PLAIN_JWT);
        for (String one : names.split(",", -1)) {
            Variant variant = Variant.valueOf(one.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (!chosen.contains(variant)) {
                chosen.add(variant);
            }
        }
        return new Plan(name, chosen, starts, rounds, slot, warmUp, connections, sessions, logins);
    }
}
