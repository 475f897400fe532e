package dev.sessiontracking.benchmarks.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A Redis server on loopback that keeps nothing on disk. Ends with this process, also when that is interrupted. */
public final class RedisProcess implements AutoCloseable {

    private static final Duration START_PATIENCE = Duration.ofSeconds(10);

    private static final long STOP_SECONDS = 5;

    private final Process process;

    private final int port;

    private final Thread atExit = new Thread(this::stop, "redis-stop");

    private RedisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts a server and waits until it takes connections. */
    public static RedisProcess start() {
        Path directory = RedisExecutable.temporaryDirectory();
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
                "warning",
                "--dir",
                directory.toString());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            RedisProcess server = new RedisProcess(process, port);
            server.awaitConnections();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** Where it is, as a URL. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Where it is, as a port of 127.0.0.1. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // Then the hook does what has been done here.
        }
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
