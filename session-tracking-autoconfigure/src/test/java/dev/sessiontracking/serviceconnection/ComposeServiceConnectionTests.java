// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.serviceconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.testkit.RedisServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * An application that starts its Redis with Docker Compose. Only where the tests' servers are containers and Compose is
 * installed: elsewhere {@link ServiceConnectionTests} tests what needs no engine, and docs/compatibility.md says so.
 */
@EnabledIf(
        value = "composeRuns",
        disabledReason =
                "There is no Docker engine with Compose, or another kind of server was asked for: a compose file"
                        + " was not tested")
class ComposeServiceConnectionTests {

    @TempDir
    private Path directory;

    static boolean composeRuns() {
        try {
            return RedisServers.areContainers() && docker(List.of("compose", "version")) == 0;
        } catch (IOException notInstalled) {
            return false;
        }
    }

    private static int docker(List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(words);
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (process.waitFor(1, TimeUnit.MINUTES)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Test
    void serviceIsUsed() throws IOException {
        isUsed("""
                services:
                  redis:
                    image: %s
                    ports: ["127.0.0.1::6379"]
                """);
    }

    @Test
    void passwordInTheEnvironmentIsUsed() throws IOException {
        isUsed("""
                services:
                  redis:
                    image: %s
                    command: ["redis-server", "--requirepass", "p@ss word/:"]
                    environment:
                      REDIS_PASSWORD: "p@ss word/:"
                    ports: ["127.0.0.1::6379"]
                """);
    }

    private void isUsed(String services) throws IOException {
        Path file = directory.resolve("compose.yaml");
        Files.writeString(file, services.formatted(RedisServers.image()));
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.docker.compose.file=" + file,
                        "spring.docker.compose.skip.in-tests=false",
                        "spring.docker.compose.lifecycle-management=start-only")
                .build();
        try (ConfigurableApplicationContext context = application.run()) {
            SessionService sessions = context.getBean(SessionService.class);
            UserSession session =
                    await().until(() -> sessions.createSession("alice", SessionMetadata.none()), UserSession::tracked);
            assertThat(sessions.revokeSession(session.id())).isTrue();
            assertThat(sessions.isSessionValid(session.id())).isFalse();
        } finally {
            assertThat(docker(List.of("compose", "-f", file.toString(), "down", "--volumes", "--timeout", "1")))
                    .isZero();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class})
    static class Application {}
}
