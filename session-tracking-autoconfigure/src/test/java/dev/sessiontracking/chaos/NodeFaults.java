package dev.sessiontracking.chaos;

import java.util.List;
import java.util.Random;

/** What happens to nodes of the application. */
record NodeFaults(Fleet fleet, Runnable pause, Random random) {

    List<Fault> all() {
        return List.of(
                new Fault("a node frozen", false, this::freeze),
                new Fault("a node killed", false, this::kill),
                new Fault("a node killed, server frozen", false, this::killDuringOutage));
    }

    private void freeze() {
        NodeProcess node = anyNode();
        node.freeze();
        pause.run();
        node.thaw();
    }

    private void kill() {
        restarted(random.nextInt(fleet.size()));
    }

    /** What it keeps for the server is lost with it. */
    private void killDuringOutage() {
        fleet.server().freeze();
        pause.run();
        int node = random.nextInt(fleet.size());
        fleet.kill(node);
        fleet.server().thaw();
        fleet.node(node).launch().awaitListening();
    }

    private void restarted(int node) {
        fleet.kill(node);
        fleet.node(node).launch().awaitListening();
    }

    private NodeProcess anyNode() {
        return fleet.node(random.nextInt(fleet.size()));
    }
}
