// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.serviceconnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.RedisServers;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.testcontainers.containers.GenericContainer;

/**
 * {@code @ServiceConnection} as an application writes it. Only where the tests' servers are containers: elsewhere {@link
 * ServiceConnectionTests} tests what needs no engine, and docs/compatibility.md says so.
 */
@EnabledIf(
        value = "dev.sessiontracking.testkit.RedisServers#areContainers",
        disabledReason = "There is no Docker engine, or another kind of server was asked for: @ServiceConnection was"
                + " not tested with a container")
class ContainerServiceConnectionTests {

    private static final String PASSWORD = "p@ss word/:";

    /** A login that is kept, and ends when it is revoked. */
    private static void tracks(SessionService sessions, SessionStore store, GenericContainer<?> redis) {
        assertThat(store.describe().address())
                .isEqualTo("redis://" + redis.getHost() + ":" + redis.getMappedPort(6379) + "/0");
        UserSession session =
                await().until(() -> sessions.createSession("alice", SessionMetadata.none()), UserSession::tracked);
        assertThat(sessions.getUserSessions("alice")).hasSize(1);
        assertThat(sessions.revokeSession(session.id())).isTrue();
        assertThat(sessions.isSessionValid(session.id())).isFalse();
    }

    @Nested
    @SpringBootTest(classes = {RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class})
    class FoundByItsImage {

        @ServiceConnection
        static final GenericContainer<?> redis = new GenericContainer<>(RedisServers.image()).withExposedPorts(6379);

        @Test
        void isUsed(@Autowired SessionService sessions, @Autowired SessionStore store) {
            tracks(sessions, store, redis);
        }
    }

    @Nested
    @SpringBootTest(
            classes = {RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class},
            properties = "session.tracking.redis-url=redis://127.0.0.1:1")
    class NamedAndWithAPassword {

        @ServiceConnection(name = "redis")
        static final GenericContainer<?> redis = new GenericContainer<>(RedisServers.image())
                .withExposedPorts(6379)
                .withEnv("REDIS_PASSWORD", PASSWORD)
                .withCommand("redis-server", "--requirepass", PASSWORD);

        @Test
        void goesBeforeTheProperty(@Autowired SessionService sessions, @Autowired SessionStore store) {
            tracks(sessions, store, redis);
        }
    }

    @Nested
    @SpringBootTest(
            classes = {RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class},
            properties = "session.tracking.enabled=false")
    class ThereForSomethingElse {

        @ServiceConnection
        static final GenericContainer<?> redis = new GenericContainer<>(RedisServers.image()).withExposedPorts(6379);

        @Test
        void isLeftAlone(@Autowired SessionService sessions) {
            assertThat(sessions.createSession("alice", SessionMetadata.none()).tracked())
                    .isFalse();
        }
    }
}
