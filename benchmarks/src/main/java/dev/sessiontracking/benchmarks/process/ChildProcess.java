// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.benchmarks.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process that ends with this one, also when this one is interrupted. */
public final class ChildProcess implements AutoCloseable {

    private static final long STOP_SECONDS = 5;

    private final Process process;

    private final Thread atExit = new Thread(this::stop, "stop-child");

    private ChildProcess(Process process) {
        this.process = process;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Starts it. */
    public static ChildProcess start(ProcessBuilder builder) {
        try {
            return new ChildProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its streams. */
    public Process process() {
        return process;
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The processor time that all of its threads have used, user and system. */
    public Duration cpu() {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("The system does not tell a process's CPU time"));
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
