// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.starter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How large the product is, printed by the build. It fails when a budget is exceeded by more than is allowed for now.
 * Delete something then; raise a budget only for a reason that the commit gives.
 */
class BudgetTests {

    private static final Path CODE = Path.of("..", "session-tracking-autoconfigure");

    private static final Path MAIN = CODE.resolve("src/main/java/dev/sessiontracking");

    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|(?m)^\\s*//[^\\n]*$");

    private static final Pattern PUBLIC_TYPE = Pattern.compile("(?m)^public ");

    private static final Pattern KEY_NAME = Pattern.compile("\"([a-z_]+:)\"");

    private static final StringBuilder TABLE =
            new StringBuilder(String.format("%n%-58s %8s %8s%n", "what", "now", "budget"));

    @AfterAll
    static void print() {
        System.out.println(TABLE);
    }

    private static String text(double figure) {
        return figure == Math.rint(figure)
                ? String.format(Locale.ROOT, "%,.0f", figure)
                : String.format(Locale.ROOT, "%.2f", figure);
    }

    private static void within(String what, double now, double budget) {
        within(what, now, budget, budget);
    }

    /** A budget that is exceeded for now, and by how much at most. */
    private static void within(String what, double now, double budget, double atMost) {
        String excess = now > budget ? "  EXCEEDED, allowed for now: " + text(atMost) : "";
        TABLE.append(String.format("%-58s %8s %8s%s%n", what, text(now), text(budget), excess));
        assertThat(now).as(what).isPositive().isLessThanOrEqualTo(atMost);
    }

    private static List<String> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> sources = new ArrayList<>();
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.add(Files.readString(file));
            }
            return sources;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long codeLines(String source) {
        return COMMENT.matcher(source)
                .replaceAll("")
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("import "))
                .count();
    }

    /** Of all modules. */
    private static long longestTest() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return modules.map(module -> module.resolve("src/test"))
                    .filter(Files::isDirectory)
                    .flatMap(tests -> sources(tests).stream())
                    .mapToLong(source -> source.lines().count())
                    .max()
                    .orElseThrow();
        }
    }

    private static long publicTypes(Path folder) {
        return sources(folder).stream()
                .filter(source -> PUBLIC_TYPE.matcher(source).find())
                .count();
    }

    @Test
    void linesOfCode() {
        within(
                "lines of code, without comments, blanks and imports",
                sources(MAIN).stream().mapToLong(BudgetTests::codeLines).sum(),
                // 8,000, and 1,500 for lifetimes and feed, 1,200 for WebFlux, 1,200 for foreign identity providers.
                11_900,
                15_165);
    }

    @Test
    void publicTypes() {
        // Public for each other only: VisibilityRules see to that.
        long revocation = publicTypes(MAIN.resolve("core/revocation"));
        long parts = Stream.of(
                        "core/revocation",
                        "redis/format",
                        "redis/connection",
                        "redis/nearcache",
                        "security/chain",
                        "security/servlet/unusual")
                .mapToLong(part -> publicTypes(MAIN.resolve(part)))
                .sum();
        within("public types, without those that only parts of one package share", publicTypes(MAIN) - parts, 50);
        within(
                "public types in core and spi",
                publicTypes(MAIN.resolve("core")) + publicTypes(MAIN.resolve("spi")) - revocation,
                14);
    }

    @Test
    void testLines() throws IOException {
        long main = sources(CODE.resolve("src/main")).stream()
                .flatMap(String::lines)
                .count();
        // What the documentation shows is compiled with the tests, but tests nothing.
        long test = sources(CODE.resolve("src/test")).stream()
                .filter(source -> !source.contains("\npackage com.example;") || source.contains("@Test"))
                .flatMap(String::lines)
                .count();
        within("lines of tests to lines of main", (double) test / main, 1.8);
        within("lines of the longest test", longestTest(), 300);
    }

    @Test
    void properties() throws IOException {
        JsonNode metadata = JsonMapper.shared()
                .readTree(Files.readString(CODE.resolve("target/classes/META-INF/spring-configuration-metadata.json")));
        long properties = metadata.get("properties").values().stream()
                .filter(property -> property.get("name").asString().startsWith("session.tracking."))
                .count();
        // 36, and one for identity providers.
        within("properties", properties, 37);
    }

    @Test
    void kindsOfKeys() throws IOException {
        long kinds = KEY_NAME.matcher(Files.readString(MAIN.resolve("redis/format/RedisKeys.java")))
                .results()
                .count();
        within("kinds of keys in Redis", kinds, 6);
    }

    @Test
    void jars() throws IOException {
        DependencyTree tree = new DependencyTree(Path.of("target", "dependencies.txt"));
        Set<String> added = tree.ofProject();
        added.removeAll(tree.with(List.of(
                "org.springframework.boot:spring-boot-starter-security-oauth2-resource-server",
                "org.springframework.boot:spring-boot-starter-webmvc")));
        Map<String, Long> sizes = new TreeMap<>();
        for (String artifact : added) {
            sizes.put(artifact, size(tree.fileName(artifact)));
        }
        sizes.forEach((artifact, size) -> TABLE.append(String.format("    %,10d bytes  %s%n", size, artifact)));
        within("jars beyond those of a resource server", added.size(), 17);
        within(
                "their size in MB",
                sizes.values().stream().mapToLong(size -> size).sum() / 1e6,
                9);
    }

    private static long size(String fileName) throws IOException {
        for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)) {
            if (entry.endsWith(File.separator + fileName)) {
                return Files.size(Path.of(entry));
            }
        }
        // The reactor's own, before it is packaged.
        try (Stream<Path> classes = Files.walk(CODE.resolve("target/classes"));
                ByteArrayOutputStream packaged = new ByteArrayOutputStream();
                ZipOutputStream jar = new ZipOutputStream(packaged)) {
            for (Path file : classes.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new ZipEntry(file.toString()));
                jar.write(Files.readAllBytes(file));
            }
            jar.finish();
            return packaged.size();
        }
    }
}
