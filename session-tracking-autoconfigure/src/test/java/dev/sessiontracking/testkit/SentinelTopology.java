// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A master, two replicas and three sentinels, as processes of this machine. Sentinels call a server down after a second
 * of silence.
 */
public final class SentinelTopology implements AutoCloseable {

    public static final String MASTER_NAME = "mymaster";

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final int QUORUM = 2;

    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();

    private SentinelTopology() {}

    /**
     * Starts it and waits until every sentinel knows every replica and every other sentinel.
     *
     * @param args for the master and the replicas; a password is also given to those who have to log in
     */
    public static SentinelTopology start(String... args) {
        return start(List.of(), args);
    }

    /**
     * The same, with arguments for the sentinels too. A password among them is one that all sentinels have, and ask each
     * other for.
     */
    public static SentinelTopology start(List<String> sentinelArgs, String... args) {
        SentinelTopology topology = new SentinelTopology();
        try {
            topology.startAll(sentinelArgs, args);
            topology.awaitReady();
            return topology;
        } catch (RuntimeException | Error e) {
            topology.close();
            throw e;
        }
    }

    private void startAll(List<String> sentinelArgs, String... args) {
        String[] serverArgs = Replication.withMasterPassword(args);
        RedisServer master = RedisServers.startLocal(serverArgs);
        servers.add(master);
        for (int i = 0; i < 2; i++) {
            servers.add(RedisServers.startLocal(
                    Stream.concat(Stream.of(serverArgs), Stream.of("--replicaof", master.host(), "" + master.port()))
                            .toArray(String[]::new)));
        }
        // A sentinel asks for replicas at its start and then only every ten seconds.
        await().atMost(PATIENCE).ignoreExceptions().until(() -> replicasInSync(master) == 2);
        Path executable = RedisServers.localExecutable();
        for (int i = 0; i < 3; i++) {
            sentinels.add(RedisServers.start(
                    (port, own) -> new Sentinel(executable, port, own, master), sentinelArgs.toArray(String[]::new)));
        }
    }

    /** Waits until all six run, and every sentinel sees the same healthy master, replicas and sentinels. */
    public void awaitReady() {
        downAfter(Duration.ofSeconds(1));
        periods("100", "200");
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> sentinels.stream().allMatch(this::seesEverything) && replicasInSync(master()) == 2);
        periods("2000", "10000");
    }

    /** How long a master that does not answer is not replaced. On a busy machine, a second is short. */
    public void downAfter(Duration silence) {
        for (RedisServer sentinel : sentinels) {
            sentinel.cli().command("SENTINEL", "SET", MASTER_NAME, "down-after-milliseconds", "" + silence.toMillis());
        }
    }

    /** The master by the present word of the sentinels' majority. */
    public RedisServer master() {
        return servers.stream()
                .filter(server -> sentinels.stream()
                                .filter(sentinel -> names(sentinel, server))
                                .count()
                        >= QUORUM)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The sentinels do not agree on a master"));
    }

    public List<RedisServer> replicas() {
        RedisServer master = master();
        return servers.stream().filter(server -> server != master).toList();
    }

    /** The master and the replicas, in no order that means anything after a failover. */
    public List<RedisServer> servers() {
        return List.copyOf(servers);
    }

    public List<RedisServer> sentinels() {
        return List.copyOf(sentinels);
    }

    /** Orders an orderly failover and waits for it. */
    public RedisServer failOver() {
        RedisServer old = master();
        sentinels.get(0).cli().command("SENTINEL", "FAILOVER", MASTER_NAME);
        return awaitMasterOtherThan(old);
    }

    /** Waits until every running sentinel names the same other master, which knows that it is one. */
    public RedisServer awaitMasterOtherThan(RedisServer old) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(
                        () -> {
                            RedisServer master = master();
                            boolean agreed = sentinels.stream()
                                    .filter(RedisServer::isRunning)
                                    .allMatch(sentinel -> names(sentinel, master));
                            return agreed && master.cli().info("role").equals("master") ? master : old;
                        },
                        master -> master != old);
    }

    /** A {@code redis-sentinel://} URL with all sentinels, or one with {@code rediss} when they speak TLS only. */
    public String url() {
        String password = servers.get(0).password();
        String hosts = sentinels.stream()
                .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                .collect(Collectors.joining(","));
        String scheme = sentinels.get(0).isTlsOnly() ? "rediss-sentinel://" : "redis-sentinel://";
        return scheme + RedisServer.userInfo(password) + hosts + "/0#" + MASTER_NAME;
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }

    private boolean seesEverything(RedisServer sentinel) {
        return names(sentinel, master())
                && flags(sentinel, "MASTER").equals(List.of("master"))
                && flags(sentinel, "REPLICAS").equals(List.of("slave", "slave"))
                && flags(sentinel, "SENTINELS").equals(List.of("sentinel", "sentinel"));
    }

    private static boolean names(RedisServer sentinel, RedisServer server) {
        try {
            return List.of(server.host(), "" + server.port())
                    .equals(sentinel.cli().command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME));
        } catch (RuntimeException e) {
            // Down or frozen: it has no vote.
            return false;
        }
    }

    /** What the sentinel thinks of each, for example {@code slave} or {@code slave,s_down}. */
    private static List<String> flags(RedisServer sentinel, String whose) {
        List<?> answer = (List<?>) Objects.requireNonNull(sentinel.cli().command("SENTINEL", whose, MASTER_NAME));
        List<?> entries = whose.equals("MASTER") ? List.of(answer) : answer;
        return entries.stream()
                .map(entry -> (List<?>) entry)
                .map(fields -> String.valueOf(fields.get(fields.indexOf("flags") + 1)))
                .toList();
    }

    private static long replicasInSync(RedisServer master) {
        return Stream.of("slave0", "slave1")
                .filter(field -> master.cli().info(field).contains("state=online"))
                .count();
    }

    /** How often sentinels tell each other what they see, and ask servers. Tests wait less when that is more often. */
    private void periods(String publishMillis, String infoMillis) {
        for (RedisServer sentinel : sentinels) {
            try {
                sentinel.cli().command("SENTINEL", "DEBUG", "PUBLISH-PERIOD", publishMillis, "INFO-PERIOD", infoMillis);
            } catch (RuntimeException e) {
                // Older than Redis 7, or not running now: it takes longer.
            }
        }
    }

    private static final class Sentinel extends LocalRedisServer {

        private final RedisServer master;

        Sentinel(Path executable, int port, List<String> args, RedisServer master) {
            super(executable, port, args);
            this.master = master;
        }

        @Override
        List<String> configuration(Path dataDirectory) throws IOException {
            Path file = dataDirectory.resolve("sentinel.conf");
            if (!Files.exists(file)) {
                String monitored = MASTER_NAME + " ";
                @Nullable String password = master.password();
                Files.writeString(
                        file,
                        "sentinel monitor " + monitored + master.host() + " " + master.port() + " " + QUORUM + "\n"
                                + "sentinel down-after-milliseconds " + monitored + "1000\n"
                                + "sentinel failover-timeout " + monitored + "5000\n"
                                + "sentinel parallel-syncs " + monitored + "2\n"
                                + (password == null ? "" : "sentinel auth-pass " + monitored + password + "\n"));
            }
            return List.of(file.toString(), "--sentinel");
        }
    }
}
