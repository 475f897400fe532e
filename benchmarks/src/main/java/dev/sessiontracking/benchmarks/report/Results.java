// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Objects;

/** Where what was measured is written: {@code benchmarks/results}, whatever directory a command was started in. */
public final class Results {

    private static final String PROPERTY = "benchmarks.results";

    private Results() {}

    /** A file named after its command and the day, such as {@code scale-2026-11-23.md}. */
    public static Path file(String command, String extension) {
        Path directory = directory();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory.resolve(command + "-" + LocalDate.now(ZoneOffset.UTC) + "." + extension);
    }

    /** Writes such a file, and says so. */
    public static void write(String command, String extension, String content) {
        Path file = file(command, extension);
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println("Written to results/" + file.getFileName());
    }

    /** Beside the {@code target} directory that this class was loaded from. */
    private static Path directory() {
        String configured = System.getProperty(PROPERTY);
        if (configured != null) {
            return Path.of(configured);
        }
        try {
            Path code = Path.of(Results.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path target = Objects.requireNonNull(code.getParent());
            return target.resolveSibling("results");
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
