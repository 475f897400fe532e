// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DockerProbeTests {

    @TempDir
    private Path directory;

    @Test
    void findsAnEngineThatAnswersPing() throws Exception {
        assertThat(probeEngineAnswering("HTTP/1.1 200 OK\r\n\r\nOK")).isTrue();
    }

    @Test
    void findsNoneWhereAnErrorIsAnswered() throws Exception {
        assertThat(probeEngineAnswering("HTTP/1.1 500 Internal Server Error\r\n\r\n"))
                .isFalse();
    }

    @Test
    void givesUpOnAnEngineThatIsSilent() throws Exception {
        long start = System.nanoTime();
        assertThat(probeEngineAnswering("")).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void findsNoneWhereNothingListens() {
        assertThat(DockerProbe.answers("unix://" + directory.resolve("none.sock")))
                .isFalse();
        assertThat(DockerProbe.answers("tcp://127.0.0.1:" + Ports.free())).isFalse();
        assertThat(DockerProbe.answers("npipe:////./pipe/docker_engine_that_is_not_there"))
                .isFalse();
        assertThat(DockerProbe.answers("not an address")).isFalse();
    }

    private boolean probeEngineAnswering(String answer) throws IOException, InterruptedException {
        Path socket = directory.resolve("docker.sock");
        try (ServerSocketChannel engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            engine.bind(UnixDomainSocketAddress.of(socket));
            Thread thread = FaultProxy.startThread("test-engine", () -> {
                try (SocketChannel channel = engine.accept()) {
                    ByteBuffer request = ByteBuffer.allocate(1_024);
                    channel.read(request);
                    channel.write(StandardCharsets.US_ASCII.encode(answer));
                    channel.read(request);
                } catch (IOException ignored) {
                    // The probe has its answer.
                }
            });
            boolean found = DockerProbe.answers("unix://" + socket);
            thread.join();
            return found;
        }
    }
}
