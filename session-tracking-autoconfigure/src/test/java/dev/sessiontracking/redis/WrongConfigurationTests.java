// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.core.TrackingState;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import dev.sessiontracking.testkit.TestCertificates;
import dev.sessiontracking.testkit.Topologies;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A configuration that can never work is told from an outage: health is DOWN when {@link TrackingState} names a
 * misconfiguration, and it does so with the server's own words, the property and the likely fix.
 */
class WrongConfigurationTests {

    private static final String URL = "session.tracking.redis-url";

    @TempDir
    static Path directory;

    private static RedisServer standalone;

    private static RedisServer clusterNode;

    @BeforeAll
    static void startServers() {
        standalone =
                RedisServers.startLocal(TestCertificates.createIn(directory).serverArgs());
        clusterNode = RedisServers.startLocal("--cluster-enabled", "yes");
        clusterNode
                .cli()
                .command(Stream.concat(
                                Stream.of("CLUSTER", "ADDSLOTS"),
                                IntStream.range(0, 16_384).mapToObj(Integer::toString))
                        .toArray(String[]::new));
    }

    @AfterAll
    static void stopServers() {
        standalone.close();
        clusterNode.close();
    }

    private static void isNamed(String url, String... words) {
        try (TestNode node = TestNode.at(url)) {
            SessionTracking tracking = node.bean(SessionTracking.class);
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(tracking.state().misconfiguration()).isNotNull());
            assertThat(tracking.state().misconfiguration()).contains(words);
            assertThat(Objects.requireNonNull(tracking.state().outage()).reason())
                    .doesNotContain("sekret");
        }
    }

    @Test
    void clusterUrlForAnOrdinaryServer() {
        isNamed(
                standalone.url().replace("redis:", "redis-cluster:"),
                "This instance has cluster support disabled",
                URL,
                "redis://");
    }

    @Test
    void databaseOnACluster() {
        isNamed(clusterNode.url() + "/1", "SELECT is not allowed in cluster mode", URL, "redis-cluster://");
    }

    @Test
    void databaseThatDoesNotExist() {
        isNamed(standalone.url() + "/20", "DB index is out of range", URL);
    }

    @Test
    void sentinelUrlForAnOrdinaryServer() {
        isNamed(
                standalone.url().replace("redis:", "redis-sentinel:") + "/0#mymaster",
                "unknown command",
                "not a Sentinel",
                URL);
    }

    @Test
    void nameOfAnotherMaster() {
        isNamed(
                Topologies.sentinel().url().replaceFirst("#.*", "#another"),
                "Cannot provide redisAddress using sentinel",
                "after # in " + URL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "redis-cluster"})
    void plainTextToATlsPort(String scheme) {
        isNamed(standalone.tlsUrl().replace("rediss", scheme), "expects TLS", URL, "rediss");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rediss", "rediss-cluster"})
    void tlsToAPlainTextPort(String scheme) {
        isNamed(standalone.url().replace("redis", scheme), "does not use TLS", URL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rediss", "rediss-cluster"})
    void untrustedCertificate(String scheme) {
        isNamed(
                standalone.tlsUrl().replace("rediss", scheme),
                "PKIX path building failed",
                "session.tracking.ssl.bundle");
    }

    @Test
    void protectedMode() {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.script((client, command) ->
                    List.of("-DENIED Redis is running in protected mode because protected mode is enabled\r\n"));
            isNamed(server.url(), "protected mode", URL);
        }
    }

    /** It ends by itself: an outage, which under plain-jwt must not empty a load balancer. */
    @Test
    void usedUpQuotaIsNamedAndIsAnOutage() {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.script((client, command) ->
                    List.of("-ERR max daily request limit exceeded. Limit: 10000, Usage: 10001. See sekret\r\n"));
            try (TestNode node = TestNode.at(server.url())) {
                SessionTracking tracking = node.bean(SessionTracking.class);
                await().atMost(TestNode.PATIENCE).until(() -> tracking.state().outage() != null);
                TrackingState state = tracking.state();
                assertThat(state.misconfiguration()).isNull();
                assertThat(Objects.requireNonNull(state.outage()).reason())
                        .contains("max daily request limit exceeded")
                        .doesNotContain("sekret");
            }
        }
    }

    /** A frozen server, or one that is gone, is an outage whatever the scheme is. */
    @ParameterizedTest
    @ValueSource(strings = {"redis", "rediss", "redis-cluster", "rediss-cluster"})
    void silenceIsAnOutage(String scheme) {
        try (RedisServer server = RedisServers.startLocal()) {
            server.freeze();
            try (TestNode node =
                    TestNode.at(server.url().replace("redis", scheme), "session.tracking.connect-timeout=200ms")) {
                SessionTracking tracking = node.bean(SessionTracking.class);
                await().atMost(TestNode.PATIENCE).until(() -> tracking.state().outage() != null);
                await().during(java.time.Duration.ofMillis(500))
                        .until(() -> tracking.state().misconfiguration() == null);
            } finally {
                server.thaw();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EVAL", "DEL", "ZADD"})
    void renamedCommandIsNamedOnceItWasNeeded(String command) {
        try (RedisServer server = RedisServers.startLocal("--rename-command", command, "")) {
            commandIsNamed(server.url(), command.equals("EVAL") ? command : "nknown Redis command");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-ERR unknown command '%s'",
                "-ERR Command is not available: '%s'. See https://example.com",
                "-ERR command %s not support your request",
                "-unsupported command '%s'"
            })
    void commandThatAProxyLacksIsNamed(String error) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.script((client, command) ->
                    command.get(0).startsWith("EVAL") ? List.of(error.formatted(command.get(0)) + "\r\n") : null);
            commandIsNamed(server.url(), "ommand");
        }
    }

    private static void commandIsNamed(String url, String words) {
        try (TestNode node = TestNode.at(url, "session.tracking.near-cache.enabled=false")) {
            node.awaitAnswer("nobody", dev.sessiontracking.core.SessionChecker.Result.ENDED_BY_STORE);
            SessionTracking tracking = node.bean(SessionTracking.class);
            String id =
                    node.service.createSession("alice", SessionMetadata.none()).id();
            node.service.revokeSession(id);
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() ->
                            assertThat(tracking.state().misconfiguration()).isNotNull());
            assertThat(tracking.state().misconfiguration())
                    .contains("Redis does not run the command", words)
                    .doesNotContain(id);
            assertThat(tracking.state().outage()).isNull();
        }
    }
}
