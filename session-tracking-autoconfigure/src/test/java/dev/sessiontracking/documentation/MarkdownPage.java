// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param path from the root of the repository
 */
public record MarkdownPage(Path path, String text) {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCE = Pattern.compile("(?ms)^ *```(\\w*)\\n(.*?)^ *```$");

    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    /** All pages: of the root, of {@code docs}, and of the benchmarks. */
    static List<MarkdownPage> all() {
        List<MarkdownPage> pages = new ArrayList<>();
        for (String folder : List.of("", "docs", "docs/adr", "benchmarks", ".github")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(file -> file.toString().endsWith(".md"))
                        .sorted()
                        .forEach(file -> pages.add(read(ROOT.relativize(file).toString())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return pages;
    }

    public static MarkdownPage read(String path) {
        try {
            return new MarkdownPage(Path.of(path), Files.readString(ROOT.resolve(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fenced blocks of a language. */
    public List<String> blocks(String language) {
        return FENCE.matcher(text)
                .results()
                .filter(fence -> fence.group(1).equals(language))
                .map(fence -> fence.group(2))
                .toList();
    }

    /** What stands in backticks, outside fenced blocks. */
    List<String> codeSpans() {
        return groups(CODE, prose());
    }

    /** Without fenced blocks. */
    String prose() {
        return FENCE.matcher(text).replaceAll("");
    }

    /** The section under a heading, up to the next one of any level. */
    public String section(String heading) {
        Matcher section = Pattern.compile("(?ms)^#+ " + Pattern.quote(heading) + "$(.*?)(^#+ |\\z)")
                .matcher(text);
        if (!section.find()) {
            throw new AssertionError("No section \"" + heading + "\" in " + path);
        }
        return section.group(1);
    }

    /** The cells of one column of all tables, without header and rule. */
    List<String> column(int index) {
        List<String> cells = new ArrayList<>();
        List<String> lines = prose().lines().toList();
        for (int i = 2; i < lines.size(); i++) {
            boolean isRule = lines.get(i).startsWith("|--") || lines.get(i).startsWith("|:-");
            boolean isHeader = i + 1 < lines.size() && lines.get(i + 1).startsWith("|--");
            if (lines.get(i).startsWith("|") && !isRule && !isHeader) {
                String[] row = lines.get(i).split("(?<!\\\\)\\|");
                if (row.length > index + 1) {
                    cells.add(row[index + 1].strip());
                }
            }
        }
        return cells;
    }

    /** Links into the repository that lead nowhere. */
    List<String> brokenLinks() {
        return groups(LINK, prose()).stream()
                .filter(target -> !target.matches("[a-z]+:.*"))
                .filter(target -> !leadsSomewhere(target))
                .map(target -> path + " -> " + target)
                .toList();
    }

    private boolean leadsSomewhere(String target) {
        int hash = target.indexOf('#');
        String file = hash < 0 ? target : target.substring(0, hash);
        Path folder = ROOT.resolve(path).getParent();
        if (file.isEmpty()) {
            return anchors().contains(target.substring(1));
        }
        Path page = folder.resolve(file).normalize();
        return Files.exists(page)
                && (hash < 0 || read(ROOT.relativize(page).toString()).anchors().contains(target.substring(hash + 1)));
    }

    private List<String> anchors() {
        return groups(HEADING, prose()).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{Alnum} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    static List<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
