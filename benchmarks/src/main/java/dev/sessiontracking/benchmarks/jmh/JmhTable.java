// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.jmh;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** JMH's results as a Markdown table: time and allocation of each operation. */
final class JmhTable {

    private static final String HEAD = """
            | operation | threads | time | ± 99.9 % | B/op |
            |---|--:|--:|--:|--:|
            """;

    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private JmhTable() {}

    static String of(Collection<RunResult> results) {
        return results.stream().map(JmhTable::row).collect(Collectors.joining("", HEAD, ""));
    }

    private static String row(RunResult result) {
        Result<?> time = result.getPrimaryResult();
        Result<?> allocation = result.getSecondaryResults().get(ALLOCATION);
        return String.format(
                Locale.ROOT,
                "| %s | %d | %.1f %s | %.1f | %s |\n",
                name(result.getParams().getBenchmark()),
                result.getParams().getThreads(),
                time.getScore(),
                time.getScoreUnit(),
                time.getScoreError(),
                allocation == null ? "–" : String.format(Locale.ROOT, "%.1f", allocation.getScore()));
    }

    /** Class and method. */
    private static String name(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }
}
