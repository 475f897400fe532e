// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A master that ends before its replicas have heard of a revocation: a node that knows of it makes it again. */
@ExtendWith(OutputCaptureExtension.class)
class LostRevocationTests {

    @Test
    void isMadeAgainUnderSentinels(CapturedOutput output) {
        SentinelTopology servers = Topologies.sentinel();
        RedisServer master = servers.master();
        List<RedisServer> replicas = servers.replicas();
        try (TestNode node = TestNode.at(servers.url());
                TestNode other = TestNode.at(servers.url())) {
            String id = node.login("alice").id();
            String key = "session:" + id;
            await().until(() ->
                    replicas.stream().allMatch(replica -> replica.cli().number("EXISTS", key) == 1));
            replicas.forEach(RedisServer::freeze);
            cutOff(master);
            assertThat(node.service.revokeSession(id)).isTrue();
            master.kill();
            replicas.forEach(RedisServer::thaw);
            RedisServer promoted = servers.awaitMasterOtherThan(master);
            isGone(promoted, key);
            await().untilAsserted(() -> assertThat(output).contains("were in the store again"));
            await().atMost(TestNode.PATIENCE).until(() -> other.check(id).status() == SessionStatus.ENDED);
        } finally {
            replicas.forEach(RedisServer::thaw);
        }
    }

    @Test
    void isMadeAgainInACluster(CapturedOutput output) {
        ClusterTopology servers = Topologies.cluster();
        try (TestNode node = TestNode.at(servers.url());
                TestNode other = TestNode.at(servers.url())) {
            String id = node.login("alice").id();
            String key = "session:" + id;
            RedisServer master = servers.masterOf(key);
            RedisServer replica = servers.replicasOf(master).get(0);
            await().until(() -> String.valueOf(
                            replica.cli().command("CLUSTER", "COUNTKEYSINSLOT", "" + servers.slotOf(key)))
                    .equals("1"));
            replica.freeze();
            cutOff(master);
            assertThat(node.service.revokeSession(id)).isTrue();
            master.kill();
            replica.thaw();
            RedisServer promoted = servers.awaitMasterOtherThan(master, key);
            isGone(promoted, key);
            await().untilAsserted(() -> assertThat(output).contains("were in the store again"));
            await().atMost(TestNode.PATIENCE).until(() -> other.check(id).status() == SessionStatus.ENDED);
        }
    }

    /** Otherwise the revocation would wait for the replicas in their systems' buffers. */
    private static void cutOff(RedisServer master) {
        master.cli().command("CLIENT", "KILL", "TYPE", "replica");
    }

    private static void isGone(RedisServer server, String key) {
        await().atMost(TestNode.PATIENCE)
                .ignoreExceptions()
                .until(() -> server.cli().number("EXISTS", key) == 0);
    }
}
