// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A whole application against a server that comes, goes, freezes, and comes back with what it knew. */
abstract class OutageFixture {

    /** Twelve times the command timeout: what an overloaded machine may add is not what is tested here. */
    static final Duration LONGEST_CALL = Duration.ofMillis(12 * 250);

    static final Duration PATIENCE = Duration.ofSeconds(20);

    RedisServer server;

    @Nullable
    ConfigurableApplicationContext application;

    SessionService service;

    @BeforeEach
    void startServer() {
        server = RedisServers.start("--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterEach
    void close() {
        if (application != null) {
            application.close();
        }
        server.close();
    }

    void startApplication(String... properties) {
        application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties("session.tracking.redis-url=" + server.url())
                .properties(properties)
                .run();
        service = application.getBean(SessionService.class);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration.class,
        RedisSessionStoreAutoConfiguration.class
    })
    static class Application {}

    /** On an overloaded machine the first command may well take longer than its timeout. */
    UserSession login() {
        return login("alice");
    }

    UserSession login(String userId) {
        return await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .until(
                        () -> service.createSession(userId, SessionMetadata.of("203.0.113.7", "Firefox")),
                        UserSession::tracked);
    }

    static <T> T timely(Supplier<T> call) {
        long start = System.nanoTime();
        T result = call.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LONGEST_CALL);
        return result;
    }

    void awaitStatus(String sessionId, SessionStatus expected) {
        await().atMost(PATIENCE).until(() -> timely(() -> service.getSessionStatus(sessionId)) == expected);
    }

    boolean isInRedis(String sessionId) {
        return server.cli().number("EXISTS", "session:" + sessionId) == 1;
    }
}
