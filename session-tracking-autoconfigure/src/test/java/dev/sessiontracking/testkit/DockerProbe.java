// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether a Docker engine answers where Testcontainers would look for one. Testcontainers itself takes seconds and a
 * page of stack traces to find out that there is none.
 */
final class DockerProbe {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private DockerProbe() {}

    static boolean findsEngine() {
        return candidates().stream().anyMatch(DockerProbe::answers);
    }

    /** @param engine as in DOCKER_HOST */
    static boolean answers(String engine) {
        try {
            if (engine.startsWith("unix://")) {
                return answersPing(Path.of(engine.substring("unix://".length())));
            }
            if (engine.startsWith("npipe://")) {
                return Files.exists(
                        Path.of(engine.substring("npipe://".length()).replace('/', '\\')));
            }
            return accepts(URI.create(engine));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static List<String> candidates() {
        String configured = configured();
        if (configured != null) {
            return List.of(configured);
        }
        String home = System.getProperty("user.home");
        List<String> engines = new ArrayList<>();
        engines.add("unix:///var/run/docker.sock");
        engines.add("unix://" + System.getenv("XDG_RUNTIME_DIR") + "/docker.sock");
        engines.add("unix://" + home + "/.docker/run/docker.sock");
        engines.add("unix://" + home + "/.docker/desktop/docker.sock");
        engines.add("npipe:////./pipe/docker_engine");
        return engines;
    }

    private static @Nullable String configured() {
        Properties properties = new Properties();
        Path file = Path.of(System.getProperty("user.home"), ".testcontainers.properties");
        if (Files.isReadable(file)) {
            try (var reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                // Testcontainers will say so, should it be asked.
            }
        }
        String environment = System.getenv("DOCKER_HOST");
        String host = properties.getProperty("tc.host", properties.getProperty("docker.host"));
        return environment != null && !environment.isBlank() ? environment : host;
    }

    private static boolean accepts(URI engine) throws IOException {
        try (Socket socket = new Socket()) {
            int port = engine.getPort() < 0 ? 2375 : engine.getPort();
            socket.connect(new InetSocketAddress(engine.getHost(), port), Math.toIntExact(TIMEOUT.toMillis()));
            return true;
        }
    }

    private static boolean answersPing(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                Selector selector = Selector.open()) {
            channel.write(StandardCharsets.US_ASCII.encode(
                    "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            if (selector.select(TIMEOUT.toMillis()) == 0) {
                return false;
            }
            ByteBuffer answer = ByteBuffer.allocate(64);
            channel.read(answer);
            return StandardCharsets.US_ASCII.decode(answer.flip()).toString().matches("(?s)HTTP/1\\.\\d 200.*");
        }
    }
}
