// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What can be done to a process that a test has started. */
public final class ChildProcesses {

    private static final long PATIENCE_SECONDS = 15;

    private ChildProcesses() {}

    /** It stays, with its connections, and does nothing more, from the return of this method on. */
    public static void freeze(Process process) {
        signal(process, "STOP");
        awaitStopped(process);
    }

    public static void thaw(Process process) {
        signal(process, "CONT");
    }

    /** Ends it as a power failure would, frozen or not, and waits for that. */
    public static void kill(Process process) {
        process.destroyForcibly();
        if (!hasEnded(process)) {
            throw new IllegalStateException("Process " + process.pid() + " cannot be killed");
        }
    }

    /** Waits for its end, for a while. */
    public static boolean hasEnded(Process process) {
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    /**
     * No shutdown hook runs when this virtual machine is halted or killed, as happens to one that runs tests for too long.
     * Then the shell that waits here for input from it gets none, and cleans up.
     *
     * @param directory is removed with the process
     */
    public static Process guard(Process process, Path directory) {
        String[] command = {"sh", "-c", "read -r _; kill -9 $0; rm -rf \"$1\"", "" + process.pid(), directory.toString()
        };
        try {
            return new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void signal(Process process, String name) {
        try {
            // The shell's own kill: not every machine has one as a program.
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!hasEnded(kill) || kill.exitValue() != 0) {
                throw new IllegalStateException("kill -" + name + " of process " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The signal is taken up a moment after it was sent. Where there is no {@code /proc}, that moment is ignored. */
    private static void awaitStopped(Process process) {
        Path state = Path.of("/proc", "" + process.pid(), "stat");
        try {
            for (int i = 0; i < 1_000 && Files.exists(state); i++) {
                if (Files.readString(state).contains(") T ")) {
                    return;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
