// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Conditions;
import dev.sessiontracking.benchmarks.report.Results;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Starts every variant, lets them take turns, and prints one table. All stay up all the time, so that a slow minute of the
 * machine meets them all; each round has an order of its own.
 */
public final class SideBySideCommand {

    private static final Duration TURN = Duration.ofSeconds(5);

    private static final long SEED = 20261123;

    private SideBySideCommand() {}

    /** Runs it; see {@link Plan#parse}. */
    public static void run(List<String> options) {
        Plan plan = Plan.parse(options);
        Classpath classpath = Classpath.current();
        Conditions conditions = new Conditions()
                .add(
                        "versions",
                        classpath.versions(
                                "spring-boot",
                                "tomcat-embed-core",
                                "reactor-netty-http",
                                "spring-security-core",
                                "lettuce-core",
                                "spring-session-data-redis",
                                "sa-token-core"))
                .add("flags of every JVM", String.join(" ", VariantProcess.JVM_FLAGS))
                .add(
                        "settings of every application",
                        String.join(" ", VariantProcess.SETTINGS).replace("--", ""))
                .add("load", load(plan));
        Comparison comparison = compare(plan, classpath);
        String table = comparison.table(plan) + "\n" + (plan.starts() == 1 ? "" : comparison.starts(plan) + "\n")
                + comparison.reference();
        System.out.println(table);
        String name = "side-by-side-" + plan.name();
        Results.write(name, "md", "# Side by side over HTTP\n\n" + conditions.markdown() + "\n" + table);
        Results.write(name, "csv", comparison.csv());
    }

    private static String load(Plan plan) {
        return (plan.starts() == 1 ? "" : plan.starts() + " starts of all processes, each with ") + plan.rounds()
                + " rounds of " + plan.slot().toMillis() + " ms at 1 and at " + plan.connections()
                + " connections, GET /hello, " + plan.sessions() + " sessions taking turns, after a warm-up of "
                + plan.warmUp().toSeconds() + " s, in turns";
    }

    static Comparison compare(Plan plan, Classpath classpath) {
        Comparison comparison = new Comparison(plan.reference());
        Random random = new Random(SEED);
        for (int start = 1; start <= plan.starts(); start++) {
            say("Start " + start + " of " + plan.starts());
            measure(plan, classpath, comparison, random);
        }
        return comparison;
    }

    private static void measure(Plan plan, Classpath classpath, Comparison comparison, Random random) {
        List<Subject> subjects = new ArrayList<>();
        try {
            for (Variant variant : plan.variants()) {
                say("Starting " + variant);
                Subject subject = Subject.start(variant, classpath, plan);
                subjects.add(subject);
                comparison.add(variant, subject.logins());
            }
            say("Warming up");
            warmUp(subjects, plan);
            for (int i = 1; i <= plan.rounds(); i++) {
                say("Round " + i + " of " + plan.rounds());
                comparison.add(round(subjects, plan, random));
            }
        } finally {
            subjects.forEach(Subject::close);
        }
    }

    /** In turns, so that the compiler of no variant is still at work when the others have been idle for a while. */
    private static void warmUp(List<Subject> subjects, Plan plan) {
        for (Duration left = plan.warmUp(); left.toMillis() > 0; left = left.minus(TURN)) {
            for (Subject subject : subjects) {
                subject.warmUp(plan, left.compareTo(TURN) < 0 ? left : TURN);
            }
        }
    }

    private static Map<Variant, Sample> round(List<Subject> subjects, Plan plan, Random random) {
        List<Subject> order = new ArrayList<>(subjects);
        Collections.shuffle(order, random);
        Map<Variant, Sample> samples = new EnumMap<>(Variant.class);
        for (Subject subject : order) {
            samples.put(subject.variant(), subject.measure(plan));
        }
        return samples;
    }

    private static void say(String what) {
        System.err.println(what);
    }
}
