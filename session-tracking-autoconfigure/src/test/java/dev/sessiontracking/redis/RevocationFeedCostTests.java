// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.core.SessionTracking;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the revocation feed costs, as the server counts its commands itself. */
class RevocationFeedCostTests extends RevocationFeedFixture {

    /** The retention of revocations, which is the lifetime of a session here. */
    private static final Duration RETENTION = Duration.ofDays(7);

    private static void revokeOne(TestNode node, TestNode other) {
        SessionTracking tracking = other.bean(SessionTracking.class);
        long before = tracking.rememberedRevocations();
        node.service.revokeSession(node.login("alice").id());
        await().atMost(TestNode.PATIENCE).until(() -> tracking.rememberedRevocations() > before);
    }

    /** How often the stream was read, when nothing reads it any more. */
    private long reads() {
        AtomicLong reads = new AtomicLong();
        await().during(Duration.ofMillis(300)).until(() -> {
            long now = server.cli().commandCounts().get("xrange");
            return reads.getAndSet(now) == now;
        });
        return reads.get();
    }

    @Test
    void aRevocationCostsEachNodeOneRead() {
        try (TestNode node = node();
                TestNode other = node()) {
            revokeOne(node, other);
            // Both read it at their start and now, and twice more if they were faster than the expiry.
            assertThat(reads()).isBetween(4L, 8L);
            for (int i = 0; i < 3; i++) {
                long before = reads();
                revokeOne(node, other);
                assertThat(reads() - before).isEqualTo(2);
            }
        }
    }

    @Test
    void anIdleNodeSendsNothing() {
        try (TestNode node = node();
                TestNode idle = node()) {
            revokeOne(node, idle);
            long before = reads();
            for (int i = 0; i < 20; i++) {
                node.service.createSession("bob", SessionMetadata.none());
            }
            assertThat(reads()).isEqualTo(before);
        }
    }

    @Test
    void streamLivesLongerThanItsEntriesMatter() {
        try (TestNode node = node();
                TestNode other = node()) {
            revokeOne(node, other);
            awaitLifetime(RETENTION.multipliedBy(2));
            server.cli().command("PEXPIRE", FEED, "" + RETENTION.toMillis());
            revokeOne(node, other);
            awaitLifetime(RETENTION.multipliedBy(2));
            Duration enough = RETENTION.plusHours(1);
            server.cli().command("PEXPIRE", FEED, "" + enough.toMillis());
            revokeOne(node, other);
            reads();
            assertThat(server.cli().number("PTTL", FEED)).isBetween(RETENTION.toMillis(), enough.toMillis());
        }
    }

    private void awaitLifetime(Duration least) {
        await().until(() -> server.cli().number("PTTL", FEED) > least.toMillis());
    }
}
