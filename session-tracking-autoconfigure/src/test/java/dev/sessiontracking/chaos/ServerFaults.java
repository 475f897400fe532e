// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.testkit.RedisCli;
import dev.sessiontracking.testkit.RedisServer;
import java.util.List;
import java.util.Random;

/** What happens to the server itself. */
record ServerFaults(Fleet fleet, History history, Random random, Runnable pause) {

    List<Fault> all() {
        return List.of(
                new Fault("server killed", true, this::kill),
                new Fault("server frozen", false, this::freeze),
                new Fault("restarted with its data", true, this::restart),
                new Fault("restarted without its data", true, this::restartEmpty),
                new Fault("restarted with an older snapshot", true, this::restartFromBackup),
                new Fault("filled to maxmemory", false, () -> configured("maxmemory", "1", "0")),
                new Fault("made read-only", false, this::makeReadOnly),
                new Fault("password changed", true, this::changePassword),
                new Fault("maxclients reached", true, this::reachMaxclients));
    }

    private RedisServer server() {
        return fleet.server();
    }

    private void kill() {
        server().kill();
        pause.run();
        server().start();
    }

    private void freeze() {
        server().freeze();
        pause.run();
        server().thaw();
    }

    private void restart() {
        server().stop();
        server().start();
    }

    private void restartEmpty() {
        long start = System.nanoTime();
        server().kill();
        pause.run();
        server().restartEmpty();
        history.flushed(start, System.nanoTime());
    }

    private void restartFromBackup() {
        long kept = System.nanoTime();
        server().backUp();
        pause.run();
        long from = System.nanoTime();
        server().kill();
        pause.run();
        server().restartFromBackup();
        history.rolledBack(kept, from, System.nanoTime());
    }

    private void configured(String name, String during, String afterwards) {
        server().cli().command("CONFIG", "SET", name, during);
        pause.run();
        server().cli().command("CONFIG", "SET", name, afterwards);
    }

    /** A replica of nobody. */
    private void makeReadOnly() {
        server().cli().command("REPLICAOF", server().host(), "1");
        pause.run();
        server().cli().command("REPLICAOF", "NO", "ONE");
    }

    private void changePassword() {
        server().cli().command("CONFIG", "SET", "requirepass", "another");
        try (RedisCli knowing = fleet.cli().withPassword("another")) {
            knowing.command("CLIENT", "KILL", "TYPE", "normal");
            pause.run();
            knowing.command("CONFIG", "SET", "requirepass", "");
        }
    }

    /** Some connections come back, some do not. */
    private void reachMaxclients() {
        try (RedisCli staying = fleet.cli()) {
            staying.command("PING");
            staying.command("CONFIG", "SET", "maxclients", "" + (1 + random.nextInt(2 * fleet.size())));
            staying.command("CLIENT", "KILL", "TYPE", "normal");
            pause.run();
            staying.command("CONFIG", "SET", "maxclients", "10000");
        }
    }
}
