package dev.sessiontracking.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of this machine, in a temporary directory of its own. Both are gone when it is closed, at the latest when
 * this virtual machine ends, whichever way it does.
 */
class LocalRedisServer extends RedisServer {

    private static final Set<LocalRedisServer> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> OPEN.forEach(LocalRedisServer::remove), "redis-servers-shutdown"));
    }

    private final Path executable;
    private final Path directory;
    private @Nullable Process process;
    private @Nullable Process guard;

    LocalRedisServer(Path executable, int port, List<String> args) {
        super(port, args);
        this.executable = executable;
        try {
            this.directory = Files.createTempDirectory("redis-" + port + "-");
            Files.createDirectory(dataDirectory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        OPEN.add(this);
    }

    @Override
    public final boolean isRunning() {
        return process != null && process.isAlive();
    }

    @Override
    public final String output() {
        try {
            return Files.exists(outputFile()) ? Files.readString(outputFile()) : "";
        } catch (IOException e) {
            return "(unreadable: " + e + ")";
        }
    }

    /** What stands between the executable and the settings that every process gets. */
    List<String> configuration(Path dataDirectory) throws IOException {
        return List.of("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0");
    }

    @Override
    final void launch() {
        if (!OPEN.contains(this)) {
            throw new IllegalStateException("This server is closed");
        }
        try {
            List<String> command = new ArrayList<>();
            command.add(executable.toString());
            command.addAll(configuration(dataDirectory()));
            command.addAll(List.of("--bind", host(), "--dir", "" + dataDirectory()));
            if (!isTlsOnly()) {
                command.addAll(List.of("--port", "" + port()));
            }
            Integer tlsPort = optionalTlsPort();
            if (tlsPort != null) {
                command.addAll(List.of("--tls-port", "" + tlsPort));
            }
            command.addAll(args());
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(outputFile().toFile()))
                    .start();
            process.getOutputStream().close();
            watch(process);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + executable + ": " + e.getMessage(), e);
        }
    }

    /**
     * No shutdown hook runs when this virtual machine is halted or killed, as happens to one that runs tests for too long.
     * Then the shell that waits here for input from it gets none, and cleans up.
     */
    private void watch(Process server) throws IOException {
        if (guard != null) {
            guard.destroyForcibly();
        }
        String[] command = {"sh", "-c", "read -r _; kill -9 $0; rm -rf \"$1\"", "" + server.pid(), directory.toString()
        };
        guard = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Override
    final void terminate() {
        Process current = current();
        current.destroy();
        if (!hasEnded(current)) {
            killNow();
            throw new IllegalStateException("The Redis server on port " + port() + " did not stop:\n" + output());
        }
    }

    @Override
    final void killNow() {
        Process current = current();
        current.destroyForcibly();
        if (!hasEnded(current)) {
            throw new IllegalStateException("Process " + current.pid() + " cannot be killed");
        }
    }

    @Override
    final void pause() {
        signal("STOP");
        awaitStopped();
    }

    @Override
    final void unpause() {
        signal("CONT");
    }

    @Override
    final void wipe() {
        try {
            delete(dataDirectory());
            Files.createDirectory(dataDirectory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    final void remove() {
        if (isRunning()) {
            killNow();
        }
        if (guard != null) {
            guard.destroyForcibly();
        }
        try {
            delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            OPEN.remove(this);
        }
    }

    private Path dataDirectory() {
        return directory.resolve("data");
    }

    private Path outputFile() {
        return directory.resolve("output.log");
    }

    private Process current() {
        if (process == null) {
            throw new IllegalStateException("The Redis server on port " + port() + " was never started");
        }
        return process;
    }

    private void signal(String name) {
        try {
            // The shell's own kill: not every machine has one as a program.
            Process kill = new ProcessBuilder(
                            "sh", "-c", "kill -" + name + " " + current().pid())
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(outputFile().toFile()))
                    .start();
            if (!hasEnded(kill) || kill.exitValue() != 0) {
                throw new IllegalStateException("kill -" + name + " failed:\n" + output());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The signal is taken up a moment after it was sent. Where there is no {@code /proc}, that moment is ignored. */
    private void awaitStopped() {
        Path state = Path.of("/proc", "" + current().pid(), "stat");
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

    private static boolean hasEnded(Process process) {
        try {
            return process.waitFor(15, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !process.isAlive();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(directory)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
