// SPDX-License-Identifier: Apache-2.0
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
        NodeProcess node = fleet.node(fleet.anyNode(random));
        node.freeze();
        pause.run();
        node.thaw();
    }

    private void kill() {
        fleet.kill(fleet.anyNode(random));
        pause.run();
    }

    /** What it keeps for the server is lost with it. */
    private void killDuringOutage() {
        fleet.server().freeze();
        pause.run();
        fleet.kill(fleet.anyNode(random));
        fleet.server().thaw();
    }
}
