// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Replicas that are promoted without having heard of the last revocations: those who made them make them again. */
@Tag("full")
class FleetFailoverTests {

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** Only the failover that is meant is one: what another one loses, nobody knows. */
    private static final Duration NOT_BY_ITSELF = Duration.ofMinutes(2);

    private final long seed = Long.getLong("session.tracking.test.seed", System.nanoTime());

    @Test
    void aFailoverThatLosesRevocationsBreaksNoGuarantee() {
        System.out.println("Fleet failover, -Dsession.tracking.test.seed=" + seed);
        SentinelTopology servers = Topologies.sentinel();
        try (Fleet fleet = Fleet.under(servers, "plain-jwt", "plain-jwt", "reject")) {
            servers.downAfter(NOT_BY_ITSELF);
            FleetRun run = new FleetRun(fleet, seed);
            Fault lossy = new Fault(
                    "a failover that loses writes", true, () -> failOver(servers, run.history, new Random(seed)));
            FleetFaults faults = new FleetFaults(run, List.of(lossy), new Random(seed));
            try (run) {
                faults.happenFor(Duration.ZERO);
            }
            // One fault is too short for everything to happen in it.
            run.judge("failover", faults, Coverage::totals);
        } finally {
            servers.servers().forEach(RedisServer::thaw);
        }
    }

    private static void failOver(SentinelTopology servers, History history, Random random) {
        RedisServer master = servers.master();
        List<RedisServer> replicas = servers.replicas();
        long kept = System.nanoTime();
        replicas.forEach(RedisServer::freeze);
        // Otherwise the revocations would wait for the replicas in their systems' buffers.
        master.cli().command("CLIENT", "KILL", "TYPE", "replica");
        FleetFaults.pause(random, 600, 900);
        servers.downAfter(AT_ONCE);
        long from = System.nanoTime();
        master.kill();
        replicas.forEach(RedisServer::thaw);
        servers.awaitMasterOtherThan(master);
        servers.downAfter(NOT_BY_ITSELF);
        history.rolledBack(kept, from, System.nanoTime());
    }
}
