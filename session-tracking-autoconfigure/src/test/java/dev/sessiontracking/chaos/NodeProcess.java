// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import static org.awaitility.Awaitility.await;

import dev.sessiontracking.chaos.node.NodeApplication;
import dev.sessiontracking.testkit.ChildProcesses;
import dev.sessiontracking.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One node of the application: a process that is started anew at the same port after it was ended. Thread-safe. */
final class NodeProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final AtomicInteger LIVES = new AtomicInteger();

    private final int port = Ports.free();

    private final List<String> command = new ArrayList<>();

    private final Path directory;

    private @Nullable Process process;

    private @Nullable Process guard;

    private volatile int life;

    private volatile long disturbedUntil = History.NEVER;

    /** @param properties of the application, as {@code name=value} */
    NodeProcess(String redisUrl, String... properties) {
        try {
            directory = Files.createTempDirectory("node-" + port + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Many of them start on few cores.
        command.addAll(List.of("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NodeApplication.class.getName()));
        command.addAll(List.of(
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                "--server.tomcat.threads.max=32",
                "--spring.main.banner-mode=off",
                "--spring.docker.compose.enabled=false",
                "--session.tracking.redis-url=" + redisUrl));
        for (String property : properties) {
            command.add("--" + property);
        }
    }

    /** Starts it without waiting; see {@link #awaitListening()}. */
    synchronized NodeProcess launch() {
        try {
            Files.deleteIfExists(output());
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output().toFile())
                    .start();
            process = started;
            guard = ChildProcesses.guard(started, directory);
            life = LIVES.incrementAndGet();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    NodeProcess awaitListening() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            if (!current().isAlive()) {
                throw new IllegalStateException("The node ended at its start:\n" + said());
            }
            return said().contains(NodeApplication.LISTENING);
        });
        disturbedUntil = System.nanoTime();
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Which process of this node it is; no two processes share one. */
    int life() {
        return life;
    }

    /** Whether it was frozen, or did not run, at or after a moment, and cannot be expected to answer. */
    boolean wasDisturbedSince(long moment) {
        return disturbedUntil == History.NEVER || disturbedUntil - moment >= 0;
    }

    boolean isDisturbed() {
        return disturbedUntil == History.NEVER;
    }

    /** What it wrote since its start. */
    String said() {
        try {
            return Files.exists(output()) ? Files.readString(output()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void freeze() {
        disturbedUntil = History.NEVER;
        ChildProcesses.freeze(current());
    }

    synchronized void thaw() {
        ChildProcesses.thaw(current());
        disturbedUntil = System.nanoTime();
    }

    /** Ends it as a power failure would. */
    synchronized void kill() {
        disturbedUntil = History.NEVER;
        ChildProcesses.kill(current());
        endGuard();
    }

    /** Ends it as an administrator would, and waits for that. */
    synchronized void stop() {
        disturbedUntil = History.NEVER;
        current().destroy();
        if (!ChildProcesses.hasEnded(current())) {
            throw new IllegalStateException("The node does not stop:\n" + said());
        }
        endGuard();
    }

    private void endGuard() {
        if (guard != null) {
            guard.destroyForcibly();
        }
    }

    private synchronized Process current() {
        if (process == null) {
            throw new IllegalStateException("Never started");
        }
        return process;
    }

    private Path output() {
        return directory.resolve("output.log");
    }

    @Override
    public synchronized void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
        try {
            Files.deleteIfExists(output());
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
