package dev.sessiontracking.chaos;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * An application of four processes, one of which rejects what it cannot prove, under traffic of every kind, while all that
 * can go wrong does. The system properties {@code session.tracking.test.chaos-seconds} and
 * {@code session.tracking.test.seed} make it longer, and repeat what a run printed, as far as processes can be repeated.
 */
class FleetChaosTests {

    private final long seed = Long.getLong("session.tracking.test.seed", System.nanoTime());

    private final Duration time = Duration.ofSeconds(Integer.getInteger("session.tracking.test.chaos-seconds", 60));

    @Test
    void noFaultBreaksAGuarantee() {
        System.out.println("Fleet chaos for " + time + ", -Dsession.tracking.test.seed=" + seed);
        try (Fleet fleet = Fleet.of("plain-jwt", "plain-jwt", "plain-jwt", "reject")) {
            FleetRun run = new FleetRun(fleet, seed);
            FleetFaults faults = new FleetFaults(run, FleetFaults.ofOneServer(run, new Random(seed)), new Random(seed));
            try (run) {
                faults.happenFor(time);
            }
            run.judge("fleet", faults);
        }
    }
}
