// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static org.awaitility.Awaitility.await;

import dev.sessiontracking.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * What goes wrong, one after the other, with a calm after each in which every node must recover, and tell the server what it
 * knows.
 */
final class FleetFaults {

    /** On a machine that is busy with other things too. How long it took is in the table. */
    private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(30);

    private static final Fault NONE = new Fault("none", false, () -> {});

    /**
     * A fault and the calm after it.
     *
     * @param healed when the server answered the test, and nothing was done to anybody any more
     * @param recovered when the last node was seen to reach it
     * @param applied when the server was seen to have what the nodes had to tell it
     */
    record Phase(String fault, long start, long healed, long recovered, long applied) {}

    private final FleetRun run;

    private final Random random;

    private final List<Fault> faults;

    private final List<Phase> phases = new ArrayList<>();

    FleetFaults(FleetRun run, List<Fault> faults, Random random) {
        this.run = run;
        this.faults = faults;
        this.random = random;
    }

    /** All that can happen to a fleet with one server. */
    static List<Fault> ofOneServer(FleetRun run, Random random) {
        Runnable pause = () -> pause(random, 400, 1_400);
        List<Fault> all = new ArrayList<>();
        all.addAll(new ServerFaults(run.fleet, run.history, random, pause).all());
        all.addAll(new NetworkFaults(run.fleet, run.history, random, pause).all());
        all.addAll(new NodeFaults(run.fleet, pause, random).all());
        all.add(new PutBackByHand(run, random, pause).fault());
        return all;
    }

    /** Each fault once in an order by chance, and again, until the time is over; each at least once. */
    void happenFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        happen(NONE);
        List<Fault> round = new ArrayList<>(faults);
        for (boolean isFirst = true; isFirst || System.nanoTime() - end < 0; isFirst = false) {
            Collections.shuffle(round, random);
            for (Fault fault : round) {
                if (isFirst || System.nanoTime() - end < 0) {
                    happen(fault);
                }
            }
        }
        run.fleet.awaitStarts();
        happen(NONE);
    }

    private void happen(Fault fault) {
        long start = System.nanoTime();
        run.coverage.faultBegins();
        try {
            fault.body().run();
        } finally {
            awaitServer();
            run.coverage.faultEnds();
        }
        long healed = System.nanoTime();
        run.traffic.hurry();
        long recovered = awaitRecovery(fault, healed);
        Applied.await(run, fault, LONGEST_RECOVERY);
        long applied = System.nanoTime();
        // Long enough for what is accepted too late to be asked for again.
        pause(random, 1_250, 1_450);
        phases.add(new Phase(fault.name(), start, healed, recovered, applied));
    }

    private void awaitServer() {
        RedisServer server = run.fleet.server();
        if (server.isRunning()) {
            await().atMost(LONGEST_RECOVERY)
                    .ignoreExceptions()
                    .until(() -> "PONG".equals(server.cli().text("PING")));
        }
    }

    private long awaitRecovery(Fault fault, long healed) {
        for (int i = 0; i < run.fleet.size(); i++) {
            int node = i;
            await("recovery of node " + i + " from " + fault.name())
                    .atMost(LONGEST_RECOVERY)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> run.fleet.node(node).isDisturbed()
                            || run.recorder.provenSince(run.fleet.node(node).life()) >= healed);
        }
        return System.nanoTime();
    }

    static void pause(Random random, int fromMillis, int toMillis) {
        LockSupport.parkNanos(Duration.ofMillis(fromMillis + random.nextInt(toMillis - fromMillis))
                .toNanos());
    }

    List<Phase> phases() {
        return phases;
    }
}
