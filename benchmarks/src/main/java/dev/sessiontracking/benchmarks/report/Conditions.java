// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a figure depends on besides the code: machine, versions, flags. Names no host, no user and no path. */
public final class Conditions {

    private final Map<String, String> facts = new LinkedHashMap<>();

    /** What is true of every command; take it before the load begins. */
    public Conditions() {
        add("date", ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")));
        add("cpu", cpuModel() + ", " + Runtime.getRuntime().availableProcessors() + " cores");
        add(
                "load average before",
                String.format(
                        Locale.ROOT,
                        "%.2f",
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        add("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        add("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    }

    /** Adds one more. */
    public Conditions add(String name, Object value) {
        facts.put(name, String.valueOf(value));
        return this;
    }

    private static String cpuModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException notLinux) {
            return System.getProperty("os.arch");
        }
    }

    /** As a Markdown list. */
    public String markdown() {
        return facts.entrySet().stream()
                .map(fact -> "- " + fact.getKey() + ": " + fact.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
