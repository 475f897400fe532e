// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that a page names exists, and what it shows compiles. The last tests show that the others can fail. */
class DocumentationTests {

    private static DocumentedNames names;

    @TempDir
    private Path folder;

    @BeforeAll
    static void readNames() {
        names = new DocumentedNames(DocumentedMeters.ALL.keySet());
    }

    static Stream<MarkdownPage> pages() {
        return MarkdownPage.all().stream();
    }

    @Test
    void theReadmeIsShort() {
        assertThat(MarkdownPage.read("README.md").text().lines()).hasSizeLessThanOrEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadSomewhere(MarkdownPage page) {
        assertThat(page.brokenLinks()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void propertiesAndMetersExist(MarkdownPage page) {
        assertThat(names.unknownProperties(page.text())).isEmpty();
        assertThat(names.unknownShortNames(page.codeSpans())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void testsAndClassesExist(MarkdownPage page) {
        assertThat(names.unknownTests(page.text())).isEmpty();
        assertThat(names.unknownClasses(page.codeSpans())).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void codeCompiles(MarkdownPage page) {
        List<String> blocks = page.blocks("java");
        for (int i = 0; i < blocks.size(); i++) {
            assertThat(CodeBlocks.compile(blocks.get(i), folder.resolve("block" + i)))
                    .as(blocks.get(i))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void nobodyIsToldToBlockTheServer(MarkdownPage page) {
        assertThat(page.text()).doesNotContainPattern("(?m)(^|redis-cli .*|\\$REDIS )KEYS ");
    }

    @Test
    void theReadmesCodeIsWhatIsTested() throws Exception {
        assertThat(MarkdownPage.read("README.md").blocks("java"))
                .containsExactly(Files.readString(Path.of("src/test/java/com/example/TokenService.java"))
                        .replaceFirst("// SPDX.*\n", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "introducing, src/test/java/com/example",
        "migrating, src/test/java/com/example",
        "recipes, src/test/java/com/example",
        "identity-providers, src/test/java/com/example",
        "webflux, ../webflux-tests/src/test/java/com/example/webflux"
    })
    void codeOfAGuideIsWhatIsTested(String page, Path tested) throws Exception {
        List<String> blocks = MarkdownPage.read("docs/" + page + ".md").blocks("java");
        assertThat(blocks).isNotEmpty();
        for (String block : blocks) {
            String type = MarkdownPage.groups(Pattern.compile("(?m)^class (\\w+)"), block)
                    .iterator()
                    .next();
            assertThat(Files.readString(tested.resolve(type + ".java"))).endsWith("\n" + block);
        }
    }

    @Test
    void theTestingPagesCodeIsWhatIsTested() throws Exception {
        Path tests = MarkdownPage.ROOT.resolve("session-tracking-test/src/test/java/com/example");
        List<String> tested = new ArrayList<>();
        for (String name : List.of("AccountTests", "MockedSessionServiceTests", "OwnStoreTests")) {
            tested.add(Files.readString(tests.resolve(name + ".java")).replaceFirst("// SPDX.*\n", ""));
        }
        assertThat(MarkdownPage.read("docs/testing.md").blocks("java")).isEqualTo(tested);
    }

    @Test
    void everyPropertyIsDocumentedWithItsDefault() {
        MarkdownPage page = MarkdownPage.read("docs/properties.md");
        Map<String, String> documented = new TreeMap<>();
        List<String> properties = page.column(0);
        for (int i = 0; i < properties.size(); i++) {
            String value = page.column(1).get(i).replaceAll("`|–|empty|any|the `?ttl`?", "");
            MarkdownPage.groups(Pattern.compile("`([^`]+)`"), properties.get(i))
                    .forEach(name -> documented.put(name, value));
        }
        assertThat(documented).isEqualTo(names.properties());
    }

    @Test
    void theReadmesPropertiesExist() {
        MarkdownPage readme = MarkdownPage.read("README.md");
        assertThat(MarkdownPage.groups(Pattern.compile("(?m)^\\| `([^`]+[a-z])` \\|"), readme.section("Properties")))
                .hasSize(8)
                .allMatch(name -> names.properties().containsKey("session.tracking." + name));
    }

    @Test
    void everyMeterIsDocumentedWithItsTags() {
        MarkdownPage page = MarkdownPage.read("docs/operating.md");
        Map<String, Map<String, Set<String>>> documented = new TreeMap<>();
        for (String line : page.section("Meters").lines().toList()) {
            String[] cells = line.split("\\|");
            if (line.startsWith("| `session.tracking.")) {
                Map<String, Set<String>> tags = new TreeMap<>();
                Pattern.compile("`(\\w+)` ([\\w, ]+)")
                        .matcher(cells[3])
                        .results()
                        .forEach(tag -> tags.put(
                                tag.group(1), Set.of(tag.group(2).strip().split(", "))));
                documented.put(cells[1].strip().replace("`", ""), tags);
            }
        }
        assertThat(documented).isEqualTo(DocumentedMeters.ALL);
    }

    @Test
    void whatShowsARequirementIsATest() {
        List<String> cells = MarkdownPage.read("docs/asvs.md").column(4);
        assertThat(cells).hasSizeGreaterThan(15);
        assertThat(cells.stream().flatMap(cell -> MarkdownPage.groups(Pattern.compile("`([a-z]\\w+)`"), cell).stream()))
                .hasSizeGreaterThan(10)
                .allMatch(names::isTestMethod);
    }

    @Test
    void messagesToLookForAreLogged() {
        List<String> cells = MarkdownPage.read("docs/troubleshooting.md").column(0);
        assertThat(cells.stream()
                        .flatMap(cell -> MarkdownPage.groups(Pattern.compile("`([^`]+)`"), cell).stream())
                        .map(message -> message.replaceAll("\\(.*", ""))
                        .map(String::strip)
                        .filter(message -> message.contains(" ")))
                .isNotEmpty()
                .allMatch(names::isInASource);
    }

    /** Otherwise a renamed class would silently have no mutation tests. */
    @Test
    void classesWithMutationTestsExist() throws Exception {
        List<String> classes = MarkdownPage.groups(
                Pattern.compile("<param>dev\\.sessiontracking\\.[a-z.]+\\.(\\w+)\\*?</param>"),
                Files.readString(Path.of("pom.xml")));
        assertThat(classes).hasSizeGreaterThan(6);
        assertThat(names.unknownClasses(classes)).isEmpty();
    }

    @Test
    void aWrongNameIsNoticed() {
        assertThat(names.unknownProperties("`session.tracking.redis-uri`, `session.tracking.near.cache.sise`"))
                .containsExactly("session.tracking.redis-uri", "session.tracking.near.cache.sise");
        assertThat(names.unknownShortNames(List.of("near-cache.max-size", "jwt.issuers", "metadata.ip=drop")))
                .containsExactly("near-cache.max-size");
        assertThat(names.unknownTests("`DocumentationTests`, `NoSuchTests`")).containsExactly("NoSuchTests");
        assertThat(names.unknownClasses(List.of("SessionService", "SessionServise")))
                .containsExactly("SessionServise");
        assertThat(names.isTestMethod("noSuchMethod")).isFalse();
    }

    @Test
    void aBrokenLinkIsNoticed() {
        MarkdownPage page = new MarkdownPage(
                Path.of("docs/page.md"),
                "# A page\n[a](glossary.md) [b](gone.md) [c](#a-page) [d](#gone) [e](https://x.y)");
        assertThat(page.brokenLinks()).containsExactly("docs/page.md -> gone.md", "docs/page.md -> #gone");
    }

    @Test
    void codeThatDoesNotCompileIsNoticed() {
        assertThat(CodeBlocks.compile("class A {\n    SessionService sessions;\n}\n", folder))
                .contains("cannot find symbol");
        assertThat(CodeBlocks.compile("sessions.revokeSession(id);\n", folder)).contains("No type is declared");
    }
}
