// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionCutoff;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.ClusterTopology;
import dev.sessiontracking.testkit.Topologies;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The cut-off of all users on a cluster: one master holds it, and it ends the sessions of all masters. */
class ClusterSessionCutoffTests {

    private static final int SESSIONS = 30;

    @Test
    void sessionsOfAllMastersEndWithinASecond() {
        ClusterTopology servers = Topologies.cluster();
        servers.masters().forEach(master -> master.cli().command("FLUSHALL"));
        try (TestNode node = TestNode.at(servers.url());
                TestNode other = TestNode.at(servers.url());
                TestNode withoutCache = TestNode.at(servers.url(), "session.tracking.near-cache.enabled=false")) {
            List<UserSession> sessions = IntStream.range(0, SESSIONS)
                    .mapToObj(i -> node.login("user-" + i))
                    .toList();
            sessions.forEach(session -> other.awaitCached(session.id()));
            assertThat(withoutCache.service.countSessions(
                            sessions.get(SESSIONS - 1).createdAt().plusSeconds(60)))
                    .isEqualTo(new SessionCutoff.Affected(SESSIONS, true));

            withoutCache.service.revokeAllSessions();

            await().atMost(TestNode.SOON)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> List.of(node, other, withoutCache).stream()
                            .allMatch(one -> sessions.stream()
                                    .allMatch(session -> one.check(session.id()).status() == SessionStatus.ENDED)));
            for (int i = 0; i < SESSIONS; i++) {
                UserSession later = other.login("user-" + i);
                assertThat(node.check(later.id()).status()).isEqualTo(SessionStatus.LIVE);
                assertThat(node.service.renewSession(later.id())).isEqualTo(SessionRenewal.RENEWED);
                assertThat(node.service.renewSession(sessions.get(i).id())).isEqualTo(SessionRenewal.ENDED);
            }
            node.service.clearSessionCutoff();
        }
    }
}
