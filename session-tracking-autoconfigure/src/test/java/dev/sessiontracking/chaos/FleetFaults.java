package dev.sessiontracking.chaos;

import static org.awaitility.Awaitility.await;

import dev.sessiontracking.chaos.Recoveries.Calm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** What goes wrong, one after the other, with a calm after each in which every node must recover. */
final class FleetFaults {

    /** On a machine that is busy with other things too. How long it took is in the table. */
    private static final Duration LONGEST_RECOVERY = Duration.ofSeconds(30);

    /**
     * A fault and the calm after it.
     *
     * @param healed when the server answered the test, and nothing was done to anybody any more
     * @param recovered when the last node was seen to reach it
     */
    record Phase(String fault, long start, long healed, long recovered) {}

    private final Fleet fleet;

    private final Recorder recorder;

    private final FleetTraffic traffic;

    private final Coverage coverage;

    private final Random random;

    private final Map<String, Fault> faults = new TreeMap<>();

    private final List<Phase> phases = new ArrayList<>();

    private final List<Calm> calms = new ArrayList<>();

    FleetFaults(
            Fleet fleet, History history, Recorder recorder, FleetTraffic traffic, Coverage coverage, Random random) {
        this.fleet = fleet;
        this.recorder = recorder;
        this.traffic = traffic;
        this.coverage = coverage;
        this.random = random;
        Runnable pause = () -> pause(400, 1_400);
        new ServerFaults(fleet, history, random, pause).all().forEach(fault -> faults.put(fault.name(), fault));
        new NetworkFaults(fleet, history, random, pause).all().forEach(fault -> faults.put(fault.name(), fault));
        new NodeFaults(fleet, pause, random).all().forEach(fault -> faults.put(fault.name(), fault));
        Fault byHand = new PutBackByHand(fleet, history, recorder, traffic, random, pause).fault();
        faults.put(byHand.name(), byHand);
    }

    /** Each fault once in an order by chance, and again, until the time is over; each at least once. */
    void happenFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        happen(new Fault("none", false, () -> {}));
        do {
            List<String> round = new ArrayList<>(faults.keySet());
            Collections.shuffle(round, random);
            for (String name : round) {
                if (calms.size() <= faults.size() || System.nanoTime() - end < 0) {
                    happen(faults.get(name));
                }
            }
        } while (System.nanoTime() - end < 0);
        fleet.awaitStarts();
        happen(new Fault("none", false, () -> {}));
    }

    private void happen(Fault fault) {
        long start = System.nanoTime();
        coverage.faultBegins();
        try {
            fault.body().run();
        } finally {
            awaitServer();
            coverage.faultEnds();
        }
        long healed = System.nanoTime();
        traffic.hurry();
        long recovered = awaitRecovery(fault, healed);
        // What a node knows is to be carried out within a second of its recovery, and judged a moment later.
        pause(1_750, 1_950);
        calms.add(new Calm(healed, System.nanoTime(), fault.reconnects()));
        phases.add(new Phase(fault.name(), start, healed, recovered));
    }

    private void awaitServer() {
        await().atMost(LONGEST_RECOVERY)
                .ignoreExceptions()
                .until(() -> "PONG".equals(fleet.server().cli().text("PING")));
    }

    private long awaitRecovery(Fault fault, long healed) {
        for (int i = 0; i < fleet.size(); i++) {
            int node = i;
            await("recovery of node " + i + " from " + fault.name())
                    .atMost(LONGEST_RECOVERY)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> fleet.node(node).isDisturbed()
                            || recorder.provenSince(fleet.node(node).life()) >= healed);
        }
        return System.nanoTime();
    }

    private void pause(int fromMillis, int toMillis) {
        LockSupport.parkNanos(Duration.ofMillis(fromMillis + random.nextInt(toMillis - fromMillis))
                .toNanos());
    }

    List<Phase> phases() {
        return phases;
    }

    List<Calm> calms() {
        return calms;
    }
}
