// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.chain;

import dev.sessiontracking.benchmarks.Benchmarks;
import dev.sessiontracking.benchmarks.process.ChildProcess;
import dev.sessiontracking.benchmarks.report.Results;
import dev.sessiontracking.benchmarks.report.Spread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.util.FileSystemUtils;

/** Measures the filter chains in several processes, one after the other, and lists their medians. */
final class ChainStarts {

    /** A row of the table of one process: the name of a chain, its time, and the median of its ratios. */
    private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| [\\d.]+ \\| ([\\d.]+) \\[.*");

    private ChainStarts() {}

    static void run(int starts, List<String> options) throws IOException, InterruptedException {
        StringBuilder tables = new StringBuilder();
        Map<String, List<Double>> medians = new LinkedHashMap<>();
        for (int start = 1; start <= starts; start++) {
            System.err.println("Start " + start + " of " + starts);
            String result = measure(options);
            tables.append("\n## Start ").append(start).append("\n\n").append(result);
            result.lines()
                    .map(ROW::matcher)
                    .filter(Matcher::matches)
                    .forEach(row -> medians.computeIfAbsent(row.group(1), chain -> new ArrayList<>())
                            .add(Double.valueOf(row.group(2))));
        }
        if (medians.isEmpty()) {
            throw new IllegalStateException("No start has written a table: " + tables);
        }
        String summary = "| chain | / plain: median [extremes] of the medians of " + starts
                + " processes | each |\n|---|--:|--:|\n"
                + medians.entrySet().stream().map(ChainStarts::row).collect(Collectors.joining());
        System.out.println(summary);
        Results.write(
                ChainCommand.name(options),
                "md",
                "# The filter chain, in " + starts + " processes\n\n" + summary + tables);
    }

    private static String row(Map.Entry<String, List<Double>> chain) {
        double[] values =
                chain.getValue().stream().mapToDouble(Double::doubleValue).toArray();
        return "| " + chain.getKey() + " | " + Spread.of(values).format(3) + " | "
                + chain.getValue().stream()
                        .map(value -> String.format(Locale.ROOT, "%.3f", value))
                        .collect(Collectors.joining(", "))
                + " |\n";
    }

    /** What one process writes, without its title. */
    private static String measure(List<String> options) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("chain");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dbenchmarks.results=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Benchmarks.class.getName(),
                "chain"));
        command.addAll(options);
        try (ChildProcess child = ChildProcess.start(new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT))) {
            if (child.process().waitFor() != 0) {
                throw new IllegalStateException("A start failed");
            }
            try (var files = Files.list(directory)) {
                String result = Files.readString(files.findFirst().orElseThrow(), StandardCharsets.UTF_8);
                return result.substring(result.indexOf("\n\n") + 2);
            }
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }
}
