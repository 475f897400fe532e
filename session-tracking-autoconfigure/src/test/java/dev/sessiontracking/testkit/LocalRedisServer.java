// SPDX-License-Identifier: Apache-2.0
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

    private void watch(Process server) {
        if (guard != null) {
            guard.destroyForcibly();
        }
        guard = ChildProcesses.guard(server, directory);
    }

    @Override
    final void terminate() {
        Process current = current();
        current.destroy();
        if (!ChildProcesses.hasEnded(current)) {
            killNow();
            throw new IllegalStateException("The Redis server on port " + port() + " did not stop:\n" + output());
        }
    }

    @Override
    final void killNow() {
        ChildProcesses.kill(current());
    }

    @Override
    final void pause() {
        ChildProcesses.freeze(current());
    }

    @Override
    final void unpause() {
        ChildProcesses.thaw(current());
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
    public final void backUp() {
        try {
            delete(backup());
            copy(dataDirectory(), backup());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    final void replaceByBackup() {
        try {
            delete(dataDirectory());
            copy(backup(), dataDirectory());
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

    private Path backup() {
        return directory.resolve("backup");
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

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
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
