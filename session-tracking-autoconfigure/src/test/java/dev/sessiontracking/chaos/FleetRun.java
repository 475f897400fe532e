// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionChecker.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Traffic on a fleet, what was recorded of it, and the judgement. */
final class FleetRun implements AutoCloseable {

    /** {@code near-cache.max-staleness}. */
    static final Duration STALENESS = Duration.ofMillis(500);

    /** How long an answer of the store is shared; core keeps the constant to itself. */
    static final Duration SHARING = Duration.ofMillis(100);

    /** A request hangs. How long one waits for Redis is tested elsewhere: here, processors are busy with other things too. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);

    final Fleet fleet;

    final History history = new History();

    final Coverage coverage = new Coverage();

    final Recorder recorder;

    final FleetTraffic traffic;

    FleetRun(Fleet fleet, long seed) {
        this.fleet = fleet;
        history.announcing();
        this.recorder = new Recorder(fleet, history);
        this.traffic = new FleetTraffic(fleet, history, recorder, coverage, seed);
    }

    @Override
    public void close() {
        traffic.close();
    }

    /**
     * Judges what was recorded, once the traffic has stopped, and writes the table.
     *
     * @param name of the table's file
     */
    void judge(String name, FleetFaults faults, Function<Coverage, Map<String, Integer>> wanted) {
        Collection<History.Check> checks = recorder.checks();
        List<History.Violation> violations = history.violations(checks, STALENESS, SHARING);
        FleetTable table = new FleetTable(recorder.exchanges(), violations, faults.phases());
        write(name, table.toString());
        System.out.println(coverage.counts());
        violations.stream()
                .limit(20)
                .forEach(violation -> System.out.println(violation + ": "
                        + history.describe(
                                violation.check().session(), violation.check().start())
                        + told(checks, violation.check())));
        assertThat(traffic.lists()).isPositive();
        assertThat(recorder.unexpected()).isEmpty();
        assertThat(Rotations.judge(traffic.forks(), history)).as("forks").isEmpty();
        assertThat(violations.stream().limit(5))
                .as("the first of %d violations", violations.size())
                .isEmpty();
        assertThat(table.slowest()).isLessThan(LONGEST_REQUEST);
        // Otherwise the run has shown nothing.
        assertThat(wanted.apply(coverage))
                .allSatisfy((what, count) -> assertThat(count).as(what).isPositive());
        assertThat(checks).extracting(check -> check.answer().source()).contains(Result.Source.values());
    }

    /** What was answered about a session, with the node and milliseconds before or after a check. */
    private static String told(Collection<History.Check> checks, History.Check about) {
        return checks.stream()
                .filter(check -> check.session().equals(about.session()))
                .limit(40)
                .map(check ->
                        " " + check.node() + ":" + check.answer() + "@" + (check.start() - about.start()) / 1_000_000)
                .collect(Collectors.joining());
    }

    private static void write(String name, String table) {
        System.out.println(table);
        try {
            Path file = Path.of("target", "chaos", name + ".md");
            Files.createDirectories(file.getParent());
            Files.writeString(file, table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
