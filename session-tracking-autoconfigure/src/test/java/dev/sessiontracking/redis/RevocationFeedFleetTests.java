// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.spi.CachingReader.FeedState.Coverage;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import dev.sessiontracking.testkit.Topologies;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The revocation feed of a cluster, and under sentinels. */
class RevocationFeedFleetTests {

    @Test
    void aNodeOfAClusterRejectsWhatItNeverMet() {
        ClusterTopology servers = Topologies.cluster();
        try (TestNode node = TestNode.at(servers.url());
                TestNode cold = TestNode.at(servers.url())) {
            cold.awaitFeed(Coverage.COMPLETE);
            long before = cold.rememberedRevocations();
            String revoked = node.login("alice").id();
            node.service.revokeSession(revoked);
            cold.awaitRemembered(before + 1);
            servers.masters().forEach(RedisServer::freeze);
            await().atMost(TestNode.PATIENCE).until(() -> cold.check("unknown") == Result.UNVERIFIED);
            assertThat(cold.check(revoked)).isEqualTo(Result.ENDED_BY_DENYLIST);
        } finally {
            servers.masters().forEach(RedisServer::thaw);
        }
    }

    /** The new master is asked from the last entry on: entries that it lacks are a gap, and nothing is read twice. */
    @Test
    void aFailoverThatLosesEntriesIsAGapAndRevokesNothingElse() {
        SentinelTopology servers = Topologies.sentinel();
        RedisServer master = servers.master();
        List<RedisServer> replicas = servers.replicas();
        try (TestNode node = TestNode.at(servers.url());
                TestNode other = TestNode.at(servers.url())) {
            String live = node.login("bob").id();
            String id = node.login("alice").id();
            other.awaitFeed(Coverage.COMPLETE);
            long before = other.rememberedRevocations();
            await().until(() ->
                    replicas.stream().allMatch(replica -> replica.cli().number("EXISTS", "session:" + id) == 1));
            replicas.forEach(RedisServer::freeze);
            master.cli().command("CLIENT", "KILL", "TYPE", "replica");
            node.service.revokeSession(id);
            other.awaitRemembered(before + 1);
            long gaps = other.feed().gaps();
            master.kill();
            replicas.forEach(RedisServer::thaw);
            RedisServer promoted = servers.awaitMasterOtherThan(master);
            await().atMost(TestNode.PATIENCE).until(() -> other.feed().gaps() == gaps + 1);
            other.awaitFeed(Coverage.GAP);
            await().atMost(TestNode.PATIENCE).until(() -> promoted.cli().number("EXISTS", "session:" + id) == 0);
            assertThat(other.check(id).status()).isEqualTo(SessionStatus.ENDED);
            other.awaitAnswer(live, Result.LIVE_BY_CACHE);
        } finally {
            replicas.forEach(RedisServer::thaw);
        }
    }
}
