// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.chaos.History;
import dev.sessiontracking.core.SessionChecker.Result;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the checks of a run came to, for each fault and the calm after it. */
final class ChaosTable {

    private static final String ROW = "%-28s %9s %9s %9s %9s %9s %9s %9s %12s%n";

    private final Map<String, Row> rows = new TreeMap<>();

    private final Row all = new Row();

    private static final class Row {
        private final int[] answers = new int[Result.values().length];
        private int accepted;
        private int rejected;
        private long slowest;

        int count(Result answer) {
            return answers[answer.ordinal()];
        }
    }

    ChaosTable(Collection<History.Check> checks, List<History.Violation> violations, List<ChaosFaults.Phase> phases) {
        for (History.Check check : checks) {
            for (Row row : List.of(row(check, phases), all)) {
                row.answers[check.answer().ordinal()]++;
                row.slowest = Math.max(row.slowest, check.end() - check.start());
            }
        }
        for (History.Violation violation : violations) {
            for (Row row : List.of(row(violation.check(), phases), all)) {
                if (violation.rule().equals(History.WRONGLY_REJECTED)) {
                    row.rejected++;
                } else {
                    row.accepted++;
                }
            }
        }
    }

    private Row row(History.Check check, List<ChaosFaults.Phase> phases) {
        String fault = "calm";
        for (ChaosFaults.Phase phase : phases) {
            if (phase.start() <= check.start()) {
                fault = phase.fault();
            }
        }
        return rows.computeIfAbsent(fault, name -> new Row());
    }

    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(String.format(
                ROW,
                "fault",
                "checks",
                "cache",
                "store",
                "memory",
                "unverified",
                "accepted",
                "rejected",
                "slowest ms"));
        rows.forEach((fault, row) -> table.append(line(fault, row)));
        return table.append(line("all", all)).toString();
    }

    private static String line(String name, Row row) {
        int cache = row.count(Result.LIVE_BY_CACHE) + row.count(Result.ENDED_BY_CACHE);
        int store = row.count(Result.LIVE_BY_STORE) + row.count(Result.ENDED_BY_STORE);
        int memory = row.count(Result.ENDED_BY_DENYLIST);
        int unproven = row.count(Result.UNVERIFIED);
        int checks = cache + store + memory + unproven;
        return String.format(
                ROW,
                name,
                checks,
                cache,
                store,
                memory,
                String.format("%.1f %%", checks == 0 ? 0 : 100.0 * unproven / checks),
                row.accepted,
                row.rejected,
                row.slowest / 1_000_000);
    }
}
