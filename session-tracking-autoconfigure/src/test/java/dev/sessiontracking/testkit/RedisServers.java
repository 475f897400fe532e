// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.RemoteDockerImage;
import org.testcontainers.utility.DockerImageName;
import redis.embedded.RedisExecProvider;

/**
 * Where tests get real Redis servers from: a container where Docker runs, else the {@code redis-server} on the path, else
 * the binary that comes with embedded-redis. Never none: without any of them the test fails.
 *
 * <p>The system property {@code session.tracking.test.redis} forces one with {@code container}, {@code local} or
 * {@code embedded}; {@code session.tracking.test.redis-image} and {@code session.tracking.test.redis-executable} name
 * another image or another executable for {@code local}, to run the tests on other versions.
 */
public final class RedisServers {

    private static final String KIND = "session.tracking.test.redis";
    private static final String IMAGE = "session.tracking.test.redis-image";
    private static final String EXECUTABLE = "session.tracking.test.redis-executable";

    private static final int ATTEMPTS = 3;

    private static @Nullable Source source;
    private static @Nullable Path embedded;

    private RedisServers() {}

    /**
     * Starts a server and waits until it answers.
     *
     * @param args those of {@code redis-server}, without a port; a file is named by its absolute path
     */
    public static RedisServer start(String... args) {
        if (List.of(args).contains("--port")) {
            throw new IllegalArgumentException(
                    "Only processes of this machine can do without a plain port: use startLocal");
        }
        if (List.of(args).contains("--replicaof")) {
            throw new IllegalArgumentException(
                    "A replica finds its master only when both are processes of this machine: use startLocal for both");
        }
        return start(source(), args);
    }

    /**
     * The same, always as a process of this machine: for servers that talk to each other. With {@code --port 0} its port
     * is one for TLS.
     */
    public static RedisServer startLocal(String... args) {
        return start(new ProcessSource(localExecutable()), args);
    }

    static RedisServer start(Source source, String... args) {
        for (int attempt = 1; ; attempt++) {
            RedisServer server = source.create(Ports.free(), List.of(args));
            try {
                server.start();
                return server;
            } catch (RuntimeException e) {
                boolean portTaken = String.valueOf(e.getMessage()).contains("Address already in use");
                server.close();
                if (!portTaken || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Whether {@link #start} gives containers, which cannot reach each other and have their own file system. */
    public static boolean areContainers() {
        return source() instanceof ContainerSource;
    }

    /** The image of containers. */
    public static DockerImageName image() {
        return DockerImageName.parse(System.getProperty(IMAGE, "redis:7-alpine"))
                .asCompatibleSubstituteFor("redis");
    }

    static Path localExecutable() {
        return source() instanceof ProcessSource processes ? processes.executable() : findExecutable();
    }

    /** Makes servers that are not started yet. */
    interface Source {
        RedisServer create(int port, List<String> args);
    }

    private record ContainerSource(DockerImageName image) implements Source {
        @Override
        public RedisServer create(int port, List<String> args) {
            return new ContainerRedisServer(image, port, args);
        }
    }

    private record ProcessSource(Path executable) implements Source {
        @Override
        public RedisServer create(int port, List<String> args) {
            return new LocalRedisServer(executable, port, args);
        }
    }

    private static synchronized Source source() {
        if (source == null) {
            source = choose(System.getProperty(KIND, "").toLowerCase(Locale.ROOT));
            System.out.println("Tests use Redis from " + source);
        }
        return source;
    }

    static Source choose(String kind) {
        return switch (kind) {
            case "container" -> container(Duration.ofMinutes(10));
            case "local" -> new ProcessSource(onPath());
            case "embedded" -> new ProcessSource(embedded());
            case "" -> chooseFirst();
            default -> throw new IllegalStateException(KIND + " is container, local or embedded, not " + kind);
        };
    }

    private static Source chooseFirst() {
        if (DockerProbe.findsEngine()) {
            try {
                return container(Duration.ofMinutes(1));
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage() + " Trying redis-server on the path instead.");
            }
        }
        return new ProcessSource(findExecutable());
    }

    private static Source container(Duration patience) {
        DockerImageName image = image();
        if (!DockerProbe.findsEngine()) {
            throw new IllegalStateException("No Docker engine answers, so there is no Redis container.");
        }
        // Testcontainers tries for many minutes to fetch images, its own first, where no registry can be reached.
        FutureTask<String> preparation = new FutureTask<>(() -> {
            DockerClientFactory.instance().client();
            return new RemoteDockerImage(image).get();
        });
        Thread thread = new Thread(preparation, "redis-image");
        thread.setDaemon(true);
        thread.start();
        try {
            preparation.get(patience.toSeconds(), TimeUnit.SECONDS);
            return new ContainerSource(image);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "Docker runs, but " + image + " was not there within " + patience.toSeconds() + " seconds.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Docker runs, but " + image + " cannot be used: " + e.getCause() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + image + " was fetched.", e);
        }
    }

    private static Path findExecutable() {
        try {
            return onPath();
        } catch (IllegalStateException notOnPath) {
            try {
                return embedded();
            } catch (IllegalStateException notEmbedded) {
                throw new IllegalStateException(
                        "These tests need a real Redis server and found none. " + notOnPath.getMessage() + " "
                                + notEmbedded.getMessage()
                                + " Install a redis-server of version 6.2 or newer; Docker is"
                                + " enough for all tests but those of several servers together.",
                        notEmbedded);
            }
        }
    }

    private static Path onPath() {
        String configured = System.getProperty(EXECUTABLE);
        if (configured != null) {
            return Path.of(configured);
        }
        String problem = "There is no redis-server on the path.";
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(directory, "redis-server");
            if (Files.isExecutable(candidate)) {
                if (isRecent(candidate)) {
                    return candidate;
                }
                problem = candidate + " is older than 6.2, the oldest version that these tests are for.";
            }
        }
        throw new IllegalStateException(problem);
    }

    private static boolean isRecent(Path executable) {
        try {
            Process version = new ProcessBuilder(executable.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String line = new String(version.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            version.waitFor(5, TimeUnit.SECONDS);
            Matcher matcher = Pattern.compile("v=(\\d+)\\.(\\d+)").matcher(line);
            return matcher.find()
                    && 100 * Integer.parseInt(matcher.group(1)) + Integer.parseInt(matcher.group(2)) >= 602;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static synchronized Path embedded() {
        if (embedded == null) {
            try {
                embedded = RedisExecProvider.defaultProvider().get().toPath().toAbsolutePath();
            } catch (IOException | RuntimeException e) {
                throw new IllegalStateException(
                        "The embedded Redis does not run on this system: " + e.getMessage() + ".", e);
            }
        }
        return embedded;
    }
}
