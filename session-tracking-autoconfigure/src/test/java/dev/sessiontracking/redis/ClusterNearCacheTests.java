// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.Topologies;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The near caches of a cluster, one for each master. */
@ExtendWith(OutputCaptureExtension.class)
class ClusterNearCacheTests extends FleetNearCacheContractTests {

    private final ClusterTopology servers = Topologies.cluster();

    @Override
    String url() {
        return servers.url();
    }

    @Override
    RedisServer serverOf(String key) {
        return servers.masterOf(key);
    }

    @Override
    List<RedisServer> masters() {
        return servers.masters();
    }

    private RedisServer another(RedisServer home) {
        return servers.masters().stream()
                .filter(master -> master != home)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aSessionIsFollowedFromMasterToMasterAndBack() {
        try (TestNode node = TestNode.at(servers.url())) {
            String id = node.login("alice").id();
            String key = "session:" + id;
            int slot = servers.slotOf(key);
            RedisServer home = servers.masterOf(key);
            RedisServer away = another(home);
            node.awaitCached(id);
            servers.moveSlot(slot, away);
            assertThat(node.check(id).status()).isEqualTo(SessionStatus.LIVE);
            node.awaitCached(id);
            servers.moveSlot(slot, home);
            assertThat(node.check(id).status()).isEqualTo(SessionStatus.LIVE);
            node.awaitCached(id);
            home.cli().command("DEL", key);
            awaitEnded(node, id);
        }
    }

    @Test
    void aSessionThatIsRevokedWhileItIsAwayIsRefused() {
        try (TestNode node = TestNode.at(servers.url())) {
            String id = node.login("alice").id();
            String key = "session:" + id;
            int slot = servers.slotOf(key);
            RedisServer home = servers.masterOf(key);
            RedisServer away = another(home);
            node.awaitCached(id);
            servers.moveSlot(slot, away);
            away.cli().command("DEL", key);
            awaitEnded(node, id);
            servers.moveSlot(slot, home);
            assertThat(node.check(id).status()).isEqualTo(SessionStatus.ENDED);
        }
    }

    private static List<String> unavailableParts(TestNode node) {
        return node.bean(SessionTracking.class).state().store().unavailableParts();
    }

    @Test
    void aMasterThatIsGoneLeavesTheOthersSessionsCheckedAsEver(CapturedOutput output) {
        servers.nodes().forEach(server -> server.cli().command("CONFIG", "SET", "cluster-require-full-coverage", "no"));
        try (TestNode node = TestNode.at(servers.url(), "session.tracking.command-timeout=1s")) {
            List<String> ids = java.util.stream.IntStream.range(0, 30)
                    .mapToObj(i -> node.login("alice").id())
                    .toList();
            ids.forEach(node::awaitCached);
            RedisServer gone = serverOf("session:" + ids.get(0));
            List<RedisServer> replicas = servers.replicasOf(gone);
            List<String> others =
                    ids.stream().filter(id -> serverOf("session:" + id) != gone).toList();
            replicas.forEach(RedisServer::kill);
            gone.kill();
            await().atMost(TestNode.PATIENCE).until(() -> node.check(ids.get(0)) == Result.UNVERIFIED);
            boolean areLive = true;
            long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (System.nanoTime() < end) {
                areLive &= others.stream().allMatch(id -> node.check(id).status() == SessionStatus.LIVE);
            }
            assertThat(areLive).isTrue();
            String part = gone.host() + ":" + gone.port();
            assertThat(unavailableParts(node)).singleElement().asString().startsWith(part + ": ");
            String revoked = others.get(0);
            assertThat(node.service.revokeSession(revoked)).isTrue();
            gone.start();
            // It has come back without its data.
            awaitEnded(node, ids.get(0));
            String back = "Redis is available again for the sessions on " + part + " after ";
            await().atMost(TestNode.PATIENCE).until(() -> output.getOut().contains(back));
            // Three applications run in this test's process.
            assertThat(output.getOut().lines().filter(line -> line.contains("Redis is unavailable")))
                    .hasSizeBetween(1, 3)
                    .allMatch(line -> line.contains("Redis is unavailable for the sessions on " + part + " ("));
            assertThat(output).doesNotContain("Redis is unavailable (");
            assertThat(unavailableParts(node)).isEmpty();
        } finally {
            servers.nodes().forEach(RedisServer::start);
            servers.nodes()
                    .forEach(server -> server.cli().command("CONFIG", "SET", "cluster-require-full-coverage", "yes"));
            servers.awaitReady();
        }
    }
}
