// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.TestCertificates;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Several servers that hear and say nothing unencrypted: they have no plain port at all. */
@Tag("full")
@ExtendWith(OutputCaptureExtension.class)
class TlsFleetTests {

    @TempDir
    static Path directory;

    private static TestCertificates certificates;

    @BeforeAll
    static void createCertificates() {
        certificates = TestCertificates.createIn(directory);
    }

    /** An application whose SSL bundle trusts the authority. */
    private static TestNode trusting(String url) {
        return TestNode.at(
                url,
                "spring.ssl.bundle.pem.redis.truststore.certificate=file:" + certificates.file("ca.crt"),
                "session.tracking.ssl.bundle=redis");
    }

    private static void isNotUsed(TestNode node, CapturedOutput output) {
        for (int i = 0; i < 10; i++) {
            assertThat(node.service
                            .createSession("alice", SessionMetadata.none())
                            .tracked())
                    .isFalse();
        }
        await().atMost(TestNode.PATIENCE)
                .untilAsserted(() -> assertThat(output).contains("the certificate of the server is not trusted"));
    }

    private static String[] with(String[] args, String name, String value) {
        String[] changed = args.clone();
        changed[List.of(args).indexOf(name) + 1] = value;
        return changed;
    }

    /** The certificate that is meant for a client names no host. */
    private static String[] nameless() {
        String[] args = with(certificates.tlsOnlyArgs(), "--tls-cert-file", certificates.file("client.crt"));
        return with(args, "--tls-key-file", certificates.file("client.key"));
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class UnderSentinels {

        private SentinelTopology servers;

        @BeforeAll
        void start() {
            servers = SentinelTopology.start(List.of(certificates.tlsOnlyArgs()), certificates.tlsOnlyArgs());
        }

        @AfterAll
        void close() {
            servers.close();
        }

        @Test
        void masterThatIsKilledIsReplaced() {
            try (TestNode node = trusting(servers.url())) {
                String id = node.login("alice").id();
                node.awaitCached(id);
                RedisServer killed = servers.master();
                awaitReplicated(id);
                killed.kill();
                RedisServer promoted = servers.awaitMasterOtherThan(killed);
                node.awaitCached(id);
                assertThat(node.service.revokeSession(id)).isTrue();
                await().atMost(TestNode.PATIENCE).until(() -> promoted.cli().number("EXISTS", "session:" + id) == 0);
                killed.start();
                servers.awaitReady();
            }
        }

        @Test
        void plannedFailoverIsFollowed() {
            try (TestNode node = trusting(servers.url())) {
                String id = node.login("alice").id();
                node.awaitCached(id);
                awaitReplicated(id);
                await().atMost(TestNode.PATIENCE)
                        .until(() -> servers.sentinels().stream().allMatch(TlsFleetTests::hasListener));
                RedisServer promoted = servers.failOver();
                node.awaitCached(id);
                assertThat(promoted.cli().number("DEL", "session:" + id)).isEqualTo(1);
                FleetNearCacheContractTests.awaitEnded(node, id);
                servers.awaitReady();
            }
        }

        private void awaitReplicated(String id) {
            await().until(() -> servers.replicas().stream()
                    .allMatch(replica -> replica.cli().number("EXISTS", "session:" + id) == 1));
        }

        @Test
        void unknownAuthorityIsNotTrusted(CapturedOutput output) {
            try (TestNode node = TestNode.at(servers.url())) {
                isNotUsed(node, output);
            }
        }
    }

    @Test
    void namesOfSentinelsAreVerified(CapturedOutput output) {
        try (SentinelTopology servers = SentinelTopology.start(List.of(nameless()), certificates.tlsOnlyArgs());
                TestNode node = trusting(servers.url())) {
            isNotUsed(node, output);
        }
    }

    @Test
    void nameOfTheMasterIsVerified(CapturedOutput output) {
        try (SentinelTopology servers = SentinelTopology.start(List.of(certificates.tlsOnlyArgs()), nameless());
                TestNode node = trusting(servers.url())) {
            isNotUsed(node, output);
        }
    }

    private static boolean hasListener(RedisServer sentinel) {
        return String.valueOf(sentinel.cli().text("CLIENT", "LIST", "TYPE", "pubsub"))
                .contains(" sub=1 ");
    }

    @Nested
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    class InACluster {

        private ClusterTopology servers;

        @BeforeAll
        void start() {
            servers = ClusterTopology.start(certificates.tlsOnlyArgs());
        }

        @AfterAll
        void close() {
            servers.close();
        }

        @Test
        void everyMasterIsReachedAndPushes() {
            try (TestNode node = trusting(servers.url())) {
                List<String> ids = IntStream.range(0, 30)
                        .mapToObj(i -> node.login("alice").id())
                        .toList();
                ids.forEach(node::awaitCached);
                assertThat(ids.stream().map(id -> servers.masterOf("session:" + id)))
                        .containsAll(servers.masters());
                for (String id : ids) {
                    String key = "session:" + id;
                    assertThat(servers.masterOf(key).cli().number("DEL", key)).isEqualTo(1);
                    FleetNearCacheContractTests.awaitEnded(node, id);
                }
            }
        }

        @Test
        void masterThatIsKilledIsReplaced() {
            try (TestNode node = trusting(servers.url())) {
                String id = node.login("alice").id();
                String key = "session:" + id;
                node.awaitCached(id);
                RedisServer killed = servers.masterOf(key);
                RedisServer replica = servers.replicasOf(killed).get(0);
                await().until(() -> String.valueOf(
                                replica.cli().command("CLUSTER", "COUNTKEYSINSLOT", "" + servers.slotOf(key)))
                        .equals("1"));
                killed.kill();
                servers.awaitMasterOtherThan(killed, key);
                node.awaitCached(id);
                assertThat(node.service.revokeSession(id)).isTrue();
                assertThat(node.check(id).status()).isEqualTo(SessionStatus.ENDED);
                killed.start();
                servers.awaitReady();
            }
        }

        @Test
        void unknownAuthorityIsNotTrusted(CapturedOutput output) {
            try (TestNode node = TestNode.at(servers.url())) {
                isNotUsed(node, output);
            }
        }
    }

    @Test
    void namesOfNodesAreVerified(CapturedOutput output) {
        try (ClusterTopology servers = ClusterTopology.start(nameless());
                TestNode node = trusting(servers.url())) {
            isNotUsed(node, output);
        }
    }
}
