package dev.sessiontracking.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * An application of four processes, one of which rejects what it cannot prove, under traffic of every kind, while all that
 * can go wrong does. The system properties {@code session.tracking.test.chaos-seconds} and
 * {@code session.tracking.test.seed} make it longer, and repeat what a run printed, as far as processes can be repeated.
 */
class FleetChaosTests {

    /** {@code near-cache.max-staleness}. */
    static final Duration STALENESS = Duration.ofMillis(500);

    /** How long an answer of the store is shared; core keeps the constant to itself. */
    static final Duration SHARING = Duration.ofMillis(100);

    /** By then a node that has recovered has told the server what it knows. */
    private static final Duration TOLD = Duration.ofSeconds(1);

    /** A handful of command timeouts; the rest is for a machine that is busy with other things too. */
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(5);

    private final long seed = Long.getLong("session.tracking.test.seed", System.nanoTime());

    private final Duration time = Duration.ofSeconds(Integer.getInteger("session.tracking.test.chaos-seconds", 60));

    private final History history = new History();

    private final Coverage coverage = new Coverage();

    @Test
    void noGuaranteeIsBrokenByAnyFault() throws IOException {
        System.out.println("Fleet chaos for " + time + ", -Dsession.tracking.test.seed=" + seed);
        try (Fleet fleet = new Fleet("plain-jwt", "plain-jwt", "plain-jwt", "reject")) {
            Recorder recorder = new Recorder(fleet, history);
            FleetTraffic traffic = new FleetTraffic(fleet, history, recorder, coverage, seed);
            FleetFaults faults = new FleetFaults(fleet, history, recorder, traffic, coverage, new Random(seed));
            try (traffic) {
                faults.happenFor(time);
            }
            judge(fleet, recorder, faults);
        }
    }

    private void judge(Fleet fleet, Recorder recorder, FleetFaults faults) throws IOException {
        Collection<History.Check> checks = recorder.checks();
        Recoveries recoveries = new Recoveries(faults.calms(), fleet.deaths(), checks, STALENESS, TOLD);
        List<History.Violation> violations = history.violations(checks, STALENESS, SHARING, recoveries);
        FleetTable table = new FleetTable(recorder.exchanges(), violations, faults.phases());
        System.out.println(table);
        System.out.println(coverage.counts());
        Path file = Path.of("target", "chaos", "fleet.md");
        Files.createDirectories(file.getParent());
        Files.writeString(file, table.toString());
        violations.stream()
                .limit(20)
                .forEach(violation -> System.out.println(violation + ": "
                        + history.describe(
                                violation.check().session(), violation.check().start())));
        assertThat(recorder.unexpected()).isEmpty();
        assertThat(violations.stream().limit(5))
                .as("the first of %d violations", violations.size())
                .isEmpty();
        assertThat(table.slowest()).isLessThan(LONGEST_REQUEST);
        // Otherwise the run has shown nothing.
        assertThat(coverage.counts())
                .allSatisfy((what, count) -> assertThat(count).as(what).isPositive());
        assertThat(checks)
                .extracting(check -> check.answer().source())
                .contains(dev.sessiontracking.core.SessionCheck.Source.values());
    }
}
