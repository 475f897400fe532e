// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.testkit.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An application of four processes, one of which rejects what it cannot prove, under traffic of every kind, while all that
 * can go wrong does. The everyday run has two processes, and takes some faults by chance. The system properties
 * {@code session.tracking.test.chaos-seconds} and {@code session.tracking.test.seed} make it longer, and repeat what a run
 * printed, as far as processes can be repeated.
 */
@Tag("long")
class FleetChaosTests {

    private static final int SOME = 3;

    private static final List<String> ALWAYS = List.of("server killed", "idle connections dropped");

    private final long seed = Long.getLong("session.tracking.test.seed", System.nanoTime());

    /** Zero: some faults, each once. */
    private final Duration time =
            Duration.ofSeconds(Integer.getInteger("session.tracking.test.chaos-seconds", TestLength.of(0, 60)));

    @Test
    void noFaultBreaksAGuarantee() {
        System.out.println("Fleet chaos for " + time + ", -Dsession.tracking.test.seed=" + seed);
        try (Fleet fleet = time.isZero()
                ? Fleet.of("plain-jwt", "reject")
                : Fleet.of("plain-jwt", "plain-jwt", "plain-jwt", "reject")) {
            FleetRun run = new FleetRun(fleet, seed);
            List<Fault> all = FleetFaults.ofOneServer(run, new Random(seed));
            FleetFaults faults = new FleetFaults(run, time.isZero() ? some(all) : all, new Random(seed));
            try (run) {
                faults.happenFor(time);
            }
            run.judge("fleet", faults, time.isZero() ? Coverage::totals : Coverage::counts);
        }
    }

    /** Without an outage among them, nothing would be shown about one, nor without silence on idle connections. */
    private List<Fault> some(List<Fault> all) {
        List<Fault> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(seed));
        shuffled.sort(Comparator.comparing(fault -> !ALWAYS.contains(fault.name())));
        return shuffled.subList(0, SOME);
    }
}
