// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.util.FileSystemUtils;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis server as a child process, on the loopback interface. It keeps its data in memory, and in a temporary
 * folder while it is paused. It outlives this process only if that is killed outright ({@code kill -9}). Thread-safe.
 */
final class EmbeddedRedis {

    private static final String READY = "Ready to accept connections";

    private static final int FIRST_PORT = 22_000;

    private static final int END_OF_PORTS = 32_000;

    private final int port;

    private final Path folder;

    private Process process;

    private EmbeddedRedis(int port, Path folder) throws IOException {
        this.port = port;
        this.folder = folder;
        this.process = start();
    }

    static EmbeddedRedis startOnFreePort() throws IOException {
        return startOn(freePort());
    }

    /**
     * Starts a server and waits until it accepts connections.
     *
     * @throws IOException when it does not start
     * @throws IllegalArgumentException when there is no server for this operating system
     */
    static EmbeddedRedis startOn(int port) throws IOException {
        Path folder = Files.createTempDirectory("embedded-redis");
        try {
            return new EmbeddedRedis(port, folder);
        } catch (IOException | RuntimeException failure) {
            FileSystemUtils.deleteRecursively(folder);
            throw failure;
        }
    }

    private Process start() throws IOException {
        File executable = RedisExecProvider.defaultProvider().get();
        Process started = new ProcessBuilder(command(executable, port))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            awaitReady(started);
            return started;
        } catch (IOException failure) {
            started.destroyForcibly().onExit().join();
            throw failure;
        }
    }

    /** The point at which a snapshot is due is never reached; with it, the server saves its data when it is paused. */
    private static List<String> command(File executable, int port) {
        return List.of(
                executable.getAbsolutePath(),
                "--bind",
                InetAddress.getLoopbackAddress().getHostAddress(),
                "--port",
                String.valueOf(port),
                "--save",
                "86400 1000000000",
                "--appendonly",
                "no",
                "--maxmemory-policy",
                "noeviction");
    }

    /** Below the ports that outgoing connections get: one of them could take the port while the server is paused. */
    private static int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // The next one.
            }
        }
        throw new IOException("No free port between " + FIRST_PORT + " and " + END_OF_PORTS);
    }

    /** Reads the server's log as far as needed, then closes it, so that a full pipe can never block the server. */
    private void awaitReady(Process process) throws IOException {
        StringBuilder log = new StringBuilder();
        try (BufferedReader output = process.inputReader()) {
            String line;
            while ((line = output.readLine()) != null) {
                if (line.contains(READY)) {
                    return;
                }
                log.append(line).append(System.lineSeparator());
            }
        }
        throw new IOException("Redis did not start on port " + port + ":" + System.lineSeparator() + log);
    }

    int port() {
        return port;
    }

    String url() {
        return "redis://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port;
    }

    synchronized boolean isRunning() {
        return process.isAlive();
    }

    /** Ends the server in an orderly way. Its data returns when it is resumed. */
    synchronized void pause() {
        process.destroy();
        process.onExit().join();
    }

    /**
     * Starts a paused server again, on the same port and with the same data.
     *
     * @throws IOException when it does not start
     */
    synchronized void resume() throws IOException {
        if (!process.isAlive()) {
            process = start();
        }
    }

    /** Kills the server, also one that hangs, and removes what it wrote. */
    synchronized void stop() {
        process.destroyForcibly().onExit().join();
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException leftToTheOperatingSystem) {
            // It is a temporary folder.
        }
    }
}
