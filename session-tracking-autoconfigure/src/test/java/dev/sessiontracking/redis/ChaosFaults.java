// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.chaos.History;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** What goes wrong, one after the other, with times of calm between; and when what went wrong. */
final class ChaosFaults {

    /** A fault and the calm after it. */
    record Phase(String fault, long start) {}

    private interface Fault {
        void happen();
    }

    private final RedisServer server;

    private final List<FaultProxy> networks;

    private final History history;

    private final Random random;

    private final Map<String, Fault> faults = new TreeMap<>();

    private final List<Phase> phases = new ArrayList<>();

    ChaosFaults(RedisServer server, List<FaultProxy> networks, History history, long seed) {
        this.server = server;
        this.networks = networks;
        this.history = history;
        this.random = new Random(seed);
        faults.put("connections killed", () -> server.cli().command("CLIENT", "KILL", "TYPE", "normal"));
        faults.put("one node cut off", () -> anyNetwork().cut());
        faults.put("scripts flushed", () -> server.cli().command("SCRIPT", "FLUSH"));
        faults.put("all data flushed", this::flush);
        faults.put("server frozen", this::freeze);
        faults.put("server killed", this::kill);
        faults.put("pushes and replies dropped", () -> drop(Direction.TO_CLIENT));
        faults.put("commands dropped", () -> drop(Direction.TO_SERVER));
        faults.put("one node delayed", this::delay);
        faults.put("one node refused", this::refuse);
    }

    /** Each fault once in an order by chance, and again, until the time is over. */
    void happenFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        phase("calm");
        calm();
        while (System.nanoTime() < end) {
            List<String> round = new ArrayList<>(faults.keySet());
            Collections.shuffle(round, random);
            for (String name : round) {
                if (System.nanoTime() < end) {
                    phase(name);
                    faults.get(name).happen();
                    calm();
                }
            }
        }
        phase("calm");
        calm();
    }

    List<Phase> phases() {
        return phases;
    }

    private void phase(String name) {
        phases.add(new Phase(name, System.nanoTime()));
    }

    private void calm() {
        pause(400, 1_000);
    }

    private void pause(int fromMillis, int toMillis) {
        LockSupport.parkNanos(Duration.ofMillis(fromMillis + random.nextInt(toMillis - fromMillis))
                .toNanos());
    }

    private FaultProxy anyNetwork() {
        return networks.get(random.nextInt(networks.size()));
    }

    private void flush() {
        long start = System.nanoTime();
        server.cli().command("FLUSHALL");
        history.flushed(start, System.nanoTime());
    }

    private void freeze() {
        server.freeze();
        pause(100, 1_800);
        server.thaw();
    }

    private void kill() {
        server.kill();
        pause(50, 1_000);
        server.start();
    }

    private void drop(Direction direction) {
        FaultProxy network = anyNetwork();
        network.drop(direction);
        pause(100, 1_800);
        network.heal();
    }

    private void delay() {
        FaultProxy network = anyNetwork();
        network.delay(Duration.ofMillis(5 + random.nextInt(300)));
        pause(200, 1_000);
        network.heal();
    }

    private void refuse() {
        FaultProxy network = anyNetwork();
        network.refuse();
        network.cut();
        pause(100, 1_000);
        network.heal();
    }
}
