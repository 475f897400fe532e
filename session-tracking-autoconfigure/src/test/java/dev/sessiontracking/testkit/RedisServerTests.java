// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisServerTests {

    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));
    private static final Duration SHORT = Duration.ofMillis(150);

    private RedisServer server = RedisServers.start();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void frozenServerAcceptsConnectionsAndAnswersNothing() throws IOException {
        server.freeze();
        assertThat(server.isRunning()).isTrue();
        assertThatCode(() -> new Socket(server.host(), server.port()).close()).doesNotThrowAnyException();
        assertThat(server.ping(SHORT)).isNull();
        server.thaw();
        assertThat(server.cli().command("PING")).isEqualTo("PONG");
    }

    @Test
    void killedServerRefusesAndComesBackEmptyOnTheSamePort() {
        server.cli().command("SET", "key", "value");
        server.kill();
        assertThat(server.isRunning()).isFalse();
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> server.cli().command("PING"))
                .withCauseInstanceOf(ConnectException.class);
        int port = server.port();
        server.start();
        assertThat(server.port()).isEqualTo(port);
        assertThat(server.cli().command("DBSIZE")).isEqualTo(0L);
    }

    @Test
    void restartKeepsDataAndExpiry() {
        server.cli().command("SET", "key", "value", "EX", "1000");
        server.restart();
        assertThat(server.cli().command("GET", "key")).isEqualTo("value");
        assertThat(server.cli().number("TTL", "key")).isBetween(900L, 1000L);
    }

    @Test
    void restartEmptyForgetsDataAndConfiguration() {
        server.cli().command("SET", "key", "value");
        server.cli().command("SAVE");
        server.cli().command("CONFIG", "SET", "requirepass", "changed");
        server.restartEmpty();
        assertThat(server.cli().command("DBSIZE")).isEqualTo(0L);
    }

    @Test
    void passwordIsPartOfTheUrl() {
        use("--requirepass", "p@ss word");
        assertThat(server.url()).isEqualTo("redis://:p%40ss%20word@127.0.0.1:" + server.port());
        assertThat(server.cli().command("PING")).isEqualTo("PONG");
        assertThat(server.ping(SHORT)).startsWith("NOAUTH");
        server.restart();
    }

    @Test
    void fileThatAnArgumentNamesReachesTheServer(@TempDir Path directory) throws IOException {
        Path acl =
                Files.writeString(directory.resolve("users.acl"), "user default on nopass ~* &* +@all\nuser app on\n");
        use("--aclfile", acl.toString());
        assertThat(server.cli().texts("ACL", "USERS")).containsExactlyInAnyOrder("app", "default");
    }

    @Test
    void failedStartShowsWhatTheServerWrote() {
        assertThatIllegalStateException()
                .isThrownBy(() -> RedisServers.start("--no-such-setting", "yes"))
                .withMessageContaining("Bad directive or wrong number of arguments");
    }

    @Test
    void closedServerLeavesNoProcessAndNoFiles() throws IOException {
        RedisServer local = RedisServers.startLocal();
        long pid = Long.parseLong(local.cli().info("process_id"));
        String prefix = "redis-" + local.port() + "-";
        assertThat(serverDirectories(TEMPORARY, prefix)).isOne();
        local.freeze();
        local.close();
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(serverDirectories(TEMPORARY, prefix)).isZero();
        assertThatIllegalStateException().isThrownBy(local::start).withMessageContaining("closed");
        local.close();
    }

    /** Started by a test in a virtual machine of its own, since it ends that. */
    static final class HaltsWithAFrozenServer {

        public static void main(String[] args) {
            RedisServer server = RedisServers.startLocal();
            System.out.println("pid=" + server.cli().info("process_id"));
            server.freeze();
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void haltedVirtualMachineLeavesNoServer(@TempDir Path directory) throws IOException {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsession.tracking.test.redis=embedded",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        HaltsWithAFrozenServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        long pid = Long.parseLong(output.replaceAll("(?s).*pid=(\\d+).*", "$1"));
        await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
        await().until(() -> serverDirectories(directory, "redis-") == 0);
    }

    private void use(String... args) {
        server.close();
        server = RedisServers.start(args);
    }

    private static long serverDirectories(Path parent, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .count();
        }
    }
}
