// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The queries of the alerts and of the dashboard name meters, tags and values that exist. */
class MonitoringTests {

    private static final Path FOLDER = MarkdownPage.ROOT.resolve("docs/monitoring");

    private static final Pattern SERIES = Pattern.compile("(session_tracking_\\w+)(?:\\{([^}]*)})?");

    private static final Pattern LABEL = Pattern.compile("(\\w+)[=!]~?\"([^\"]*)\"");

    /** What Prometheus adds. */
    private static final Set<String> SCRAPED = Set.of("job", "instance");

    @Test
    void alertsNameMetersThatExist() throws IOException {
        List<String> queries =
                alerts().stream().map(rule -> rule.get("expr").toString()).toList();
        assertThat(queries)
                .hasSizeGreaterThan(8)
                .allSatisfy(query -> assertThat(unknown(query)).isEmpty());
    }

    @Test
    void panelsNameMetersThatExist() throws IOException {
        List<String> queries = new ArrayList<>();
        for (JsonNode panel : JsonMapper.shared()
                .readTree(FOLDER.resolve("dashboard.json").toFile())
                .get("panels")) {
            panel.path("targets")
                    .forEach(target -> queries.add(target.get("expr").asString()));
        }
        assertThat(queries)
                .hasSizeGreaterThan(15)
                .allSatisfy(query -> assertThat(unknown(query)).isEmpty());
    }

    @Test
    void everyAlertIsDocumentedAndTested() throws IOException {
        String tests = Files.readString(FOLDER.resolve("alerts-test.yml"));
        List<String> documented = MarkdownPage.groups(
                Pattern.compile("(?m)^\\| (\\w+) \\|"),
                MarkdownPage.read("docs/operating.md").section("Alerts"));
        assertThat(alerts())
                .extracting(rule -> rule.get("alert").toString())
                .allMatch(name -> tests.contains("alertname: " + name))
                .map(name -> name.replace("SessionTracking", ""))
                .containsExactlyElementsOf(documented);
    }

    @Test
    void aWrongQueryIsNoticed() {
        assertThat(unknown("rate(session_tracking_check_total[5m]) > session_tracking_logins_total{tracked=\"maybe\"}"
                        + " + session_tracking_checks_total{origin=\"cache\", job=\"a\"}"))
                .containsExactly("session_tracking_check_total", "tracked=maybe", "origin=cache");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> alerts() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(FOLDER.resolve("alerts.yml")));
        List<Map<String, Object>> groups = (List<Map<String, Object>>) file.get("groups");
        return (List<Map<String, Object>>) groups.get(0).get("rules");
    }

    private static List<String> unknown(String query) {
        List<String> unknown = new ArrayList<>();
        for (MatchResult series : SERIES.matcher(query).results().toList()) {
            Map<String, Set<String>> tags = tags(series.group(1));
            if (tags == null) {
                unknown.add(series.group(1));
                continue;
            }
            for (MatchResult label : LABEL.matcher(series.group(2) == null ? "" : series.group(2))
                    .results()
                    .toList()) {
                Set<String> values = tags.getOrDefault(label.group(1), Set.of());
                if (!SCRAPED.contains(label.group(1))
                        && !values.containsAll(List.of(label.group(2).split("\\|")))) {
                    unknown.add(label.group(1) + "=" + label.group(2));
                }
            }
        }
        return unknown;
    }

    /** Tags of the meter behind a series of Prometheus; {@code null} if there is none. */
    private static Map<String, Set<String>> tags(String series) {
        for (Map.Entry<String, Map<String, Set<String>>> meter : DocumentedMeters.ALL.entrySet()) {
            if (series.matches(meter.getKey().replace('.', '_') + "(_total|_seconds|_seconds_(sum|count|max))?")) {
                return meter.getValue();
            }
        }
        return null;
    }
}
