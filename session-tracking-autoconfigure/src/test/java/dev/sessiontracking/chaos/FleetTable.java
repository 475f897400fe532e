// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What came of the requests during each fault and the calm after it, as Markdown. */
final class FleetTable {

    private final Map<String, Row> rows = new TreeMap<>();

    private final Row all = new Row();

    private final NavigableMap<Long, String> faults = new TreeMap<>();

    private static final class Row {
        private int requests;
        private int failed;
        private int decided;
        private int proven;
        private int accepted;
        private int rejected;
        private Duration slowest = Duration.ZERO;
        private Duration recovery = Duration.ZERO;
        private Duration applied = Duration.ZERO;
    }

    FleetTable(
            Collection<Exchange> exchanges, Collection<History.Violation> violations, List<FleetFaults.Phase> phases) {
        for (FleetFaults.Phase phase : phases) {
            faults.put(phase.start(), phase.fault());
            Duration recovery = Duration.ofNanos(phase.recovered() - phase.healed());
            Duration applied = Duration.ofNanos(phase.applied() - phase.healed());
            for (Row row : List.of(row(phase.start()), all)) {
                row.recovery = max(row.recovery, recovery);
                row.applied = max(row.applied, applied);
            }
        }
        for (Exchange exchange : exchanges) {
            // Nobody expects an answer of a node that is itself frozen or killed.
            if (!exchange.excused()) {
                count(row(exchange.start()), exchange);
                count(all, exchange);
            }
        }
        for (History.Violation violation : violations) {
            boolean isRejection = violation.rule().equals(History.WRONGLY_REJECTED);
            for (Row row : List.of(row(violation.check().start()), all)) {
                row.rejected += isRejection ? 1 : 0;
                row.accepted += isRejection ? 0 : 1;
            }
        }
    }

    private static void count(Row row, Exchange exchange) {
        row.requests++;
        row.failed += exchange.isFailed() ? 1 : 0;
        row.decided += exchange.isDecided() ? 1 : 0;
        row.proven += exchange.isLeaseFresh() ? 1 : 0;
        row.slowest = max(row.slowest, exchange.time());
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private Row row(long moment) {
        Map.Entry<Long, String> fault = faults.floorEntry(moment);
        return rows.computeIfAbsent(fault == null ? "none" : fault.getValue(), name -> new Row());
    }

    Duration slowest() {
        return all.slowest;
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(
                "| fault | requests | failed | slowest | recovered after | revocations applied after"
                        + " | verified share | wrongly accepted | wrongly rejected |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        rows.forEach((fault, row) -> table.append(line(fault, row)));
        return table.append(line("all", all)).toString();
    }

    private static String line(String name, Row row) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %d | %.2f s | %.2f s | %.2f s | %.1f %% | %d | %d |%n",
                name,
                row.requests,
                row.failed,
                row.slowest.toMillis() / 1_000.0,
                row.recovery.toMillis() / 1_000.0,
                row.applied.toMillis() / 1_000.0,
                row.decided == 0 ? 100.0 : 100.0 * row.proven / row.decided,
                row.accepted,
                row.rejected);
    }
}
