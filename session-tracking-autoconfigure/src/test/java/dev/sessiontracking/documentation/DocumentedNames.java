// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.documentation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What exists: properties with their defaults, classes, and methods of tests. */
final class DocumentedNames {

    private static final String PREFIX = "session.tracking.";

    private static final Pattern NAME =
            Pattern.compile("(?<![\\w.])session\\.tracking\\.([a-z0-9][a-z0-9.-]*[a-z0-9])");

    /** Groups of properties that prose names without the prefix. */
    private static final Pattern SHORT =
            Pattern.compile("(?:near-cache|revocation|jwt|sentinel|metadata|ssl)\\.[a-z][a-z-]*");

    private static final Set<String> OTHERS =
            Set.of("DefaultBearerTokenResolver", "SwitchUserFilter", "TokenRelay", "WebSession");

    private static final Pattern TEST_CLASS = Pattern.compile("(?<![-\\w])([A-Z]\\w+Tests)\\b");

    private static final Pattern TEST_METHOD = Pattern.compile("void (\\w+)\\(");

    private final Map<String, String> properties = new TreeMap<>();

    private final Map<String, String> sources = new TreeMap<>();

    private final Set<String> meters;

    private final Set<String> ofAnIssuer = new HashSet<>();

    DocumentedNames(Set<String> meters) {
        this.meters = meters;
        readProperties();
        for (String module : List.of(
                "session-tracking-autoconfigure",
                "session-tracking-starter",
                "session-tracking-test",
                "webflux-tests",
                "sample-app",
                "benchmarks")) {
            readSources(MarkdownPage.ROOT.resolve(module).resolve("src"));
        }
        Pattern.compile("@param (\\w+)")
                .matcher(sources.get("IssuersProperties"))
                .results()
                .forEach(name -> ofAnIssuer.add(
                        name.group(1).replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT)));
    }

    private void readProperties() {
        try {
            for (URL url : Collections.list(DocumentedNames.class
                    .getClassLoader()
                    .getResources("META-INF/spring-configuration-metadata.json"))) {
                try (InputStream in = url.openStream()) {
                    for (JsonNode property : JsonMapper.shared().readTree(in).get("properties")) {
                        String name = property.get("name").asString();
                        if (name.startsWith(PREFIX)) {
                            JsonNode value = property.path("defaultValue");
                            properties.put(name, (value.isArray() ? value.path(0) : value).asString(""));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void readSources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                sources.merge(
                        file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Properties, with their defaults. */
    Map<String, String> properties() {
        return properties;
    }

    /** Names of properties and meters in a text that do not exist. */
    List<String> unknownProperties(String text) {
        List<String> unknown = new ArrayList<>();
        for (String name : MarkdownPage.groups(NAME, text)) {
            // The tests' own system properties are in their sources.
            boolean isKnown = properties.containsKey(PREFIX + name)
                    || meters.contains(PREFIX + name)
                    || properties.keySet().stream().anyMatch(each -> each.startsWith(PREFIX + name + "."))
                    || isOfAnIssuer(name)
                    || name.startsWith("test.") && isInASource("\"" + PREFIX + name + "\"");
            if (!isKnown) {
                unknown.add(PREFIX + name);
            }
        }
        return unknown;
    }

    /** The metadata does not contain the properties of the values of a map. */
    private boolean isOfAnIssuer(String name) {
        String[] parts = name.split("\\.");
        return parts[0].equals("issuers")
                && (parts.length == 2 || (parts.length == 3 && ofAnIssuer.contains(parts[2])));
    }

    /** Names without the prefix that are no properties. */
    List<String> unknownShortNames(List<String> codeSpans) {
        return codeSpans.stream()
                .map(code -> code.replaceAll("[:=].*", ""))
                .filter(code -> SHORT.matcher(code).matches())
                .filter(code -> !properties.containsKey(PREFIX + code))
                .toList();
    }

    /** Classes of tests in a text that do not exist. */
    List<String> unknownTests(String text) {
        return MarkdownPage.groups(TEST_CLASS, text).stream()
                .filter(name -> !sources.containsKey(name))
                .toList();
    }

    /** Classes in backticks that are neither ours, nor imported by us, nor of those that we only write about. */
    List<String> unknownClasses(List<String> codeSpans) {
        return codeSpans.stream()
                .filter(code -> code.matches("[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+"))
                .filter(name -> !sources.containsKey(name) && !isInASource("." + name + ";") && !OTHERS.contains(name))
                .toList();
    }

    boolean isTestMethod(String name) {
        return testMethods().contains(name);
    }

    private Set<String> testMethods() {
        return sources.entrySet().stream()
                .filter(source -> source.getKey().contains("Tests"))
                .flatMap(source -> MarkdownPage.groups(TEST_METHOD, source.getValue()).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    boolean isInASource(String text) {
        return sources.values().stream().anyMatch(source -> source.contains(text));
    }
}
