// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.http;

import dev.sessiontracking.benchmarks.report.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What was measured, round by round, and what it says in relation to plain JWT. */
final class Comparison {

    private static final String NONE = "–";

    private final Variant reference;

    private final Map<Variant, Logins> logins = new EnumMap<>(Variant.class);

    private final List<Map<Variant, Sample>> rounds = new ArrayList<>();

    /** @param reference what the ratios are ratios of */
    Comparison(Variant reference) {
        this.reference = reference;
    }

    void add(Variant variant, Logins performed) {
        logins.put(variant, performed);
    }

    void add(Map<Variant, Sample> round) {
        rounds.add(Map.copyOf(round));
    }

    /** One row for each variant: ratios to plain JWT of the same round as median [minimum–maximum]. */
    String table(Plan plan) {
        int n = plan.connections();
        StringBuilder table = new StringBuilder("| variant | p50, 1 connection | p99, 1 connection | CPU per request, 1"
                + " connection | requests/s, " + n + " connections | CPU per request, " + n + " connections | Redis CPU"
                + " per request, µs | Redis commands per request | per login | bytes per session |\n"
                + "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (Variant variant : plan.variants()) {
            table.append(row(variant)).append('\n');
        }
        return table.toString();
    }

    private String row(Variant variant) {
        Logins begun = Objects.requireNonNull(logins.get(variant));
        return "| "
                + String.join(
                        " | ",
                        variant.title(),
                        ratio(variant, Sample::p50),
                        ratio(variant, Sample::p99),
                        ratio(variant, Sample::cpuAtOne),
                        ratio(variant, Sample::perSecond),
                        ratio(variant, Sample::cpuAtMany),
                        absolute(variant, Sample::redisCpu),
                        absolute(variant, Sample::redisCommands),
                        number(begun.commandsPerLogin(), 1),
                        number(begun.bytesPerSession(), 0))
                + " |";
    }

    private String ratio(Variant variant, ToDoubleFunction<Sample> figure) {
        if (variant == reference) {
            return "1";
        }
        return ratios(rounds, variant, figure).format(2);
    }

    private String absolute(Variant variant, ToDoubleFunction<Sample> figure) {
        double median = spread(variant, figure).median();
        return number(median, 2);
    }

    private Spread spread(Variant variant, ToDoubleFunction<Sample> figure) {
        return Spread.of(rounds.stream()
                .mapToDouble(round -> figure.applyAsDouble(sample(round, variant)))
                .toArray());
    }

    /** What the ratios are ratios of. */
    String reference() {
        return "Plain JWT HS256 itself: p50 "
                + spread(reference, Sample::p50).format(0) + " µs, p99 "
                + spread(reference, Sample::p99).format(0) + " µs, CPU "
                + spread(reference, Sample::cpuAtOne).format(0) + " µs per request at 1 connection; "
                + spread(reference, Sample::perSecond).format(0) + " requests/s and CPU "
                + spread(reference, Sample::cpuAtMany).format(0) + " µs per request at several.\n";
    }

    /** The medians of each start of the processes alone: two processes of one variant differ. */
    String starts(Plan plan) {
        StringBuilder table =
                new StringBuilder("| medians of single starts | p50, 1 connection | CPU per request, 1 connection"
                        + " | CPU per request, " + plan.connections() + " connections |\n|---|--:|--:|--:|\n");
        for (Variant variant : plan.variants()) {
            if (variant != reference) {
                table.append("| ")
                        .append(String.join(
                                " | ",
                                variant.title(),
                                medians(plan, variant, Sample::p50),
                                medians(plan, variant, Sample::cpuAtOne),
                                medians(plan, variant, Sample::cpuAtMany)))
                        .append(" |\n");
            }
        }
        return table.toString();
    }

    private String medians(Plan plan, Variant variant, ToDoubleFunction<Sample> figure) {
        return IntStream.range(0, plan.starts())
                .mapToObj(start -> rounds.subList(start * plan.rounds(), (start + 1) * plan.rounds()))
                .map(ofStart -> number(ratios(ofStart, variant, figure).median(), 2))
                .collect(Collectors.joining(", "));
    }

    private Spread ratios(List<Map<Variant, Sample>> some, Variant variant, ToDoubleFunction<Sample> figure) {
        return Spread.of(some.stream()
                .mapToDouble(
                        round -> figure.applyAsDouble(sample(round, variant)) / figure.applyAsDouble(reference(round)))
                .toArray());
    }

    /** Everything that was measured. */
    String csv() {
        StringBuilder csv = new StringBuilder("round,variant," + Sample.csvHead() + "\n");
        for (int i = 0; i < rounds.size(); i++) {
            Map<Variant, Sample> round = rounds.get(i);
            for (Variant variant : Variant.values()) {
                Sample sample = round.get(variant);
                if (sample != null) {
                    csv.append(i + 1)
                            .append(',')
                            .append(variant)
                            .append(',')
                            .append(sample.csv())
                            .append('\n');
                }
            }
        }
        return csv.toString();
    }

    private Sample reference(Map<Variant, Sample> round) {
        return sample(round, reference);
    }

    private static Sample sample(Map<Variant, Sample> round, Variant variant) {
        return Objects.requireNonNull(round.get(variant));
    }

    private static String number(double value, int decimals) {
        return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
