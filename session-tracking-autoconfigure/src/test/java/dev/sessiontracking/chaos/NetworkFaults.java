// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** What happens between the nodes and the server: to one node, or to all. */
record NetworkFaults(Fleet fleet, History history, Random random, Runnable pause) {

    /** After that long at the latest a node finds out that nothing is pushed to it; the README says so. */
    private static final Duration CANARY = Duration.ofSeconds(5);

    List<Fault> all() {
        List<Fault> faults = new ArrayList<>();
        each(faults, "commands dropped", network -> network.drop(Direction.TO_SERVER));
        each(faults, "replies and pushes dropped", network -> network.drop(Direction.TO_CLIENT));
        each(faults, "both dropped", FaultProxy::drop);
        each(faults, "delayed around the timeout", this::delay);
        faults.add(new Fault("idle connections dropped", false, this::forget));
        faults.add(new Fault("flapping", false, this::flap));
        faults.add(new Fault("silent reconnect upstream", false, this::reconnectUpstream));
        return faults;
    }

    private void each(List<Fault> faults, String name, Consumer<FaultProxy> fault) {
        faults.add(new Fault(name, false, () -> {
            List<Integer> hit = oneOrAll();
            forEach(hit, node -> fault.accept(fleet.network(node)));
            pause.run();
            forEach(hit, node -> fleet.network(node).heal());
        }));
    }

    private List<Integer> oneOrAll() {
        return random.nextBoolean()
                ? List.of(random.nextInt(fleet.size()))
                : IntStream.range(0, fleet.size()).boxed().toList();
    }

    private static void forEach(List<Integer> nodes, IntConsumer action) {
        nodes.forEach(action::accept);
    }

    /** Some answers come in time, some do not. */
    private void delay(FaultProxy network) {
        network.delay(Duration.ofMillis(200 + random.nextInt(100)), Direction.TO_CLIENT);
    }

    /** As a firewall does: new connections work, those that are there are never answered again. */
    private void forget() {
        forEach(oneOrAll(), node -> fleet.network(node).forget(any -> true));
        pause.run();
    }

    private void flap() {
        List<Integer> hit = oneOrAll();
        for (int i = 0; i < 5; i++) {
            forEach(hit, node -> fleet.network(node).refuse());
            forEach(hit, node -> fleet.network(node).cut());
            FleetFaults.pause(random, 50, 250);
            forEach(hit, node -> fleet.network(node).heal());
            FleetFaults.pause(random, 50, 250);
        }
    }

    private void reconnectUpstream() {
        forEach(oneOrAll(), node -> {
            long from = System.nanoTime();
            fleet.network(node).reconnectUpstream("HELLO 3");
            history.blind(fleet.node(node).life(), from, System.nanoTime() + CANARY.toNanos());
        });
        pause.run();
    }
}
