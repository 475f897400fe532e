// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.server;

import dev.sessiontracking.benchmarks.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Redis server on loopback that keeps nothing on disk. */
public final class RedisProcess implements AutoCloseable {

    private static final Duration START_PATIENCE = Duration.ofSeconds(10);

    private final ChildProcess process;

    private final int port;

    private RedisProcess(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a server and waits until it takes connections. */
    public static RedisProcess start() {
        int port = freePort();
        List<String> command = List.of(
                RedisExecutable.find().toString(),
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--loglevel",
                "warning");
        RedisProcess server = new RedisProcess(
                ChildProcess.start(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)),
                port);
        server.awaitConnections();
        return server;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitConnections() {
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (!takesConnections()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                close();
                throw new IllegalStateException("The Redis server did not start on port " + port);
            }
        }
    }

    private boolean takesConnections() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            return true;
        } catch (IOException notYet) {
            pause();
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a Redis server started", interrupted);
        }
    }

    /** Where it is. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.close();
    }
}
