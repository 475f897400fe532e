// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.spi.OutagePolicy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an IDE shows while a person types a property. */
class PropertyMetadataTests {

    private static final Map<String, JsonNode> PROPERTIES = new TreeMap<>();

    /** Values and their descriptions. */
    private static final Map<String, Map<String, String>> HINTS = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        List<URL> all = Collections.list(PropertyMetadataTests.class
                .getClassLoader()
                .getResources("META-INF/spring-configuration-metadata.json"));
        for (URL url : all) {
            try (InputStream in = url.openStream()) {
                JsonNode metadata = JsonMapper.builder().build().readTree(in);
                for (JsonNode hint : metadata.path("hints")) {
                    Map<String, String> values =
                            HINTS.computeIfAbsent(hint.get("name").asString(), any -> new TreeMap<>());
                    for (JsonNode value : hint.path("values")) {
                        values.put(
                                value.get("value").asString(),
                                value.path("description").asString(""));
                    }
                }
                HINTS.keySet().removeIf(name -> !name.startsWith("session.tracking."));
                for (JsonNode property : metadata.get("properties")) {
                    if (property.get("name").asString().startsWith("session.tracking")) {
                        PROPERTIES.put(property.get("name").asString(), property);
                    }
                }
            }
        }
    }

    @Test
    void everyPropertyIsDescribedInOneSentenceOrMore() {
        assertThat(PROPERTIES).isNotEmpty().allSatisfy((name, property) -> {
            assertThat(property.path("description").asString("")).as(name).matches("[A-Z].{15,}\\.");
        });
    }

    @Test
    void noDescriptionHoldsLeftoversOfJavadoc() {
        assertThat(PROPERTIES)
                .allSatisfy((name, property) -> assertThat(
                                property.path("description").asString(""))
                        .as(name)
                        .doesNotContain("{@", "<p>", "<code>", "@param", "\n", "*", "  ", "&lt;", "&quot;"));
    }

    @Test
    void everyPropertyHasAType() {
        assertThat(PROPERTIES)
                .allSatisfy((name, property) -> assertThat(property.path("type").asString(""))
                        .as(name)
                        .matches("(java|dev\\.sessiontracking)\\..+"));
    }

    @Test
    void defaultOfAListIsAList() {
        assertThat(PROPERTIES
                        .get("session.tracking.jwt.session-id-claims")
                        .get("defaultValue")
                        .toString())
                .isEqualTo("[\"sid\"]");
    }

    @Test
    void valuesAreExplained() {
        assertThat(HINTS.get("session.tracking.outage-policy")).containsOnlyKeys(names(OutagePolicy.values()));
        assertThat(HINTS.get("session.tracking.metadata.ip")).hasSize(3);
        assertThat(HINTS.get("session.tracking.user-index-type")).containsOnlyKeys("zset", "set");
        assertThat(HINTS.get("session.tracking.redis-url").keySet())
                .extracting(url -> url.replaceAll("://.*", ""))
                .contains("redis", "rediss", "redis-sentinel", "redis-cluster");
        assertThat(HINTS.values())
                .allSatisfy(values -> assertThat(values.values())
                        .allSatisfy(text -> assertThat(text).matches("[A-Z].+\\.")));
    }

    private static String[] names(OutagePolicy[] values) {
        return Stream.of(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toArray(String[]::new);
    }
}
