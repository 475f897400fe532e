package dev.sessiontracking.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis server as a child process, on the loopback interface, with everything in memory: what it holds is gone
 * when it stops, and it writes no file. It outlives this process only if that is killed outright ({@code kill -9}).
 */
final class EmbeddedRedis {

    private static final String READY = "Ready to accept connections";

    private final Process process;

    private final int port;

    private EmbeddedRedis(Process process, int port) {
        this.process = process;
        this.port = port;
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
        File executable = RedisExecProvider.defaultProvider().get();
        Process process = new ProcessBuilder(command(executable, port))
                .directory(executable.getParentFile())
                .redirectErrorStream(true)
                .start();
        EmbeddedRedis redis = new EmbeddedRedis(process, port);
        try {
            redis.awaitReady();
        } catch (IOException failure) {
            redis.stop();
            throw failure;
        }
        return redis;
    }

    private static List<String> command(File executable, int port) {
        return List.of(
                executable.getPath(),
                "--bind",
                InetAddress.getLoopbackAddress().getHostAddress(),
                "--port",
                String.valueOf(port),
                "--save",
                "",
                "--appendonly",
                "no",
                "--maxmemory-policy",
                "noeviction");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Reads the server's log as far as needed, then closes it, so that a full pipe can never block the server. */
    private void awaitReady() throws IOException {
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

    /** Kills the server, also one that hangs: there is nothing to save. */
    void stop() {
        process.destroyForcibly().onExit().join();
    }
}
