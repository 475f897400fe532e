// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import redis.embedded.RedisExecProvider;
import redis.embedded.RedisServer;
import redis.embedded.ports.EphemeralPortProvider;
import redis.embedded.util.OSDetector;

/**
 * A Redis server on loopback that keeps nothing on disk. Its program is the one that the system property {@value #PROPERTY}
 * names, else the {@code redis-server} on the path, else the one that comes with embedded-redis.
 */
public final class RedisProcess implements AutoCloseable {

    private static final String PROPERTY = "benchmarks.redis-server";

    private final RedisServer server;

    private RedisProcess(RedisServer server) {
        this.server = server;
    }

    /** Starts a server and waits until it takes connections. */
    public static RedisProcess start() {
        RedisServer server = RedisServer.builder()
                .redisExecProvider(program())
                .port(new EphemeralPortProvider().next())
                .setting("bind 127.0.0.1")
                .setting("save \"\"")
                .setting("appendonly no")
                .build();
        server.start();
        return new RedisProcess(server);
    }

    private static RedisExecProvider program() {
        RedisExecProvider provider = RedisExecProvider.defaultProvider();
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .or(RedisProcess::onPath)
                .map(program -> provider.override(OSDetector.getOS(), program))
                .orElse(provider);
    }

    private static Optional<String> onPath() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(directory -> Path.of(directory, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** Where it is. */
    public String url() {
        return "redis://127.0.0.1:" + server.ports().get(0);
    }

    @Override
    public void close() {
        server.stop();
    }
}
