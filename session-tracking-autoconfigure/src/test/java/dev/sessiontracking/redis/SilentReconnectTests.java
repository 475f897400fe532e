// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.redis.connection.Line;
import dev.sessiontracking.redis.nearcache.CanarySchedule;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A proxy that makes a new connection to the server behind our back: nobody pushes, and nobody says so. */
class SilentReconnectTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void staleAnswersEndWithTheNextCanaryAndThePushIsBack() {
        try (FaultProxy network = FaultProxy.inFrontOf(redis.server());
                TestNode node = TestNode.at(network.url())) {
            String session = node.login("alice").id();
            node.awaitCached(session);
            assertThat(network.reconnectUpstream("HELLO 3")).isEqualTo(1 + Line.values().length);
            long start = System.nanoTime();
            redis.cli().command("DEL", "session:" + session);
            await().atMost(TestNode.PATIENCE)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> node.check(session).status() == SessionStatus.ENDED);
            Duration stale = Duration.ofNanos(System.nanoTime() - start);
            System.out.println("Stale behind a proxy for " + stale.toMillis() + " ms");
            assertThat(stale).isLessThan(CanarySchedule.TRUSTED.plus(TestNode.SOON));
            String next = node.login("alice").id();
            node.awaitCached(next);
            redis.cli().command("DEL", "session:" + next);
            await().atMost(TestNode.SOON).until(() -> node.check(next).status() == SessionStatus.ENDED);
        }
    }
}
