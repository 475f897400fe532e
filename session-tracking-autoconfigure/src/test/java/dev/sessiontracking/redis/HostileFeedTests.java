// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.CachingReader.FeedState;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What other writers, and failures while it is written, can do to the revocation feed. */
@ExtendWith(OutputCaptureExtension.class)
class HostileFeedTests extends RevocationFeedFixture {

    private static void awaitUnannounced(TestNode node, String revocations) {
        await().atMost(TestNode.PATIENCE)
                .until(() -> revocations.equals(node.bean(SessionTracking.class)
                        .state()
                        .store()
                        .details()
                        .get("unannouncedRevocations")));
    }

    private String entries() {
        return String.valueOf(server.cli().command("XRANGE", FEED, "-", "+"));
    }

    @Test
    void dataOfOthersUnderTheKeyDoesNotExpireAndTheFeedRecovers() {
        server.cli().command("SET", FEED, "mine");
        try (TestNode node = TestNode.at(server.url())) {
            node.awaitFeed(FeedState.Coverage.OFF);
            node.service.revokeSession(node.login("alice").id());
            awaitUnannounced(node, "1");
            assertThat(server.cli().number("PTTL", FEED)).isEqualTo(-1);
            server.cli().command("DEL", FEED);
            await().until(() -> server.cli().number("XLEN", FEED) == 1);
            await().until(() -> server.cli().number("PTTL", FEED) > 0);
            node.awaitFeed(FeedState.Coverage.COMPLETE);
        }
    }

    @Test
    void entriesOfTheFutureHideNoOthers() {
        server.cli().command("XADD", FEED, "18446744073709551610-0", "session", "a");
        server.cli().command("XADD", FEED, "18446744073709551610-1", "session", "b");
        try (TestNode node = node();
                TestNode other = node()) {
            other.awaitRemembered(2);
            server.cli().command("DEL", FEED);
            node.service.revokeSession(node.login("alice").id());
            other.awaitRemembered(3);
        }
    }

    @Test
    void markerOfTheFutureLocksNobodyOut() {
        server.cli().command("XADD", FEED, "*", "user", "alice", "marker", "999999999999999");
        server.cli().command("XADD", FEED, "*", "user", "", "marker", "999999999999999");
        try (TestNode node = node()) {
            node.awaitRemembered(0);
            assertThat(node.checker.checkWithoutSession("alice", Instant.now())).isEqualTo(Result.LIVE_BY_STORE);
            node.awaitAnswer(node.login("alice").id(), Result.LIVE_BY_CACHE);
        }
    }

    @Test
    void markerThatIsAnnouncedLateDoesNotUndoItsClearance() {
        server.cli().command("SET", FEED, "mine");
        try (TestNode node = TestNode.at(server.url())) {
            node.login("alice");
            node.service.revokeAllUserSessions("alice");
            awaitUnannounced(node, "2");
            server.cli().command("DEL", FEED);
            node.service.clearNotBefore("alice");
            await().until(() -> server.cli().number("XLEN", FEED) == 3);
            String newest = String.valueOf(server.cli().command("XREVRANGE", FEED, "+", "-"));
            assertThat(newest.substring(newest.indexOf("marker"))).startsWith("marker, 0]");
            assertThat(entries()).contains("session");
        }
    }

    @Test
    void flushedFeedIsAGapAndGoesOn() {
        try (TestNode node = node();
                TestNode other = node()) {
            node.service.revokeSession(node.login("alice").id());
            other.awaitRemembered(1);
            server.cli().command("FLUSHALL");
            other.awaitFeed(FeedState.Coverage.GAP);
            node.service.revokeSession(node.login("alice").id());
            other.awaitRemembered(2);
        }
    }

    @Test
    void hugeEntriesAreReadInSmallPagesAndIgnored() {
        String huge = "x".repeat(1 << 20);
        for (int i = 0; i < 8; i++) {
            server.cli().command("XADD", FEED, "*", "session", huge, "user", "", "marker", "1" + huge);
        }
        for (int i = 0; i < 60; i++) {
            server.cli().command("XADD", FEED, "*", huge, "1", "user", huge, "marker", "1");
        }
        server.cli().command("XADD", FEED, "*", "session", "small", "later", "field");
        try (TestNode node = node()) {
            node.awaitRemembered(1);
            assertThat(node.check("small").status()).isEqualTo(SessionStatus.ENDED);
            assertThat(node.service.getSessionCutoff()).isEmpty();
            assertThat(server.cli().commandCounts().get("xrange")).isGreaterThan(50);
        }
    }

    @Test
    void permissionThatIsGrantedLaterNeedsNoRestart(CapturedOutput output) {
        server.cli().command("ACL", "SETUSER", "app", "on", ">secret", "+@all", "-xadd", "-xrange", "~*", "&*");
        try (TestNode node = TestNode.at(server.url().replace("redis://", "redis://app:secret@"))) {
            node.awaitFeed(FeedState.Coverage.OFF);
            await().until(() -> output.getOut().contains("may not read " + FEED));
            server.cli().command("XADD", FEED, "*", "session", "revoked-elsewhere");
            server.cli().command("ACL", "SETUSER", "app", "+xadd", "+xrange");
            node.awaitFeed(FeedState.Coverage.COMPLETE);
            node.awaitRemembered(1);
            node.service.revokeSession(node.login("alice").id());
            await().until(() -> server.cli().number("XLEN", FEED) == 2);
            server.cli().command("ACL", "SETUSER", "app", "-xrange");
            server.cli().command("XADD", FEED, "*", "session", "another");
            node.awaitFeed(FeedState.Coverage.OFF);
            assertThat(output.getOut().split("may not read", -1)).hasSize(3);
        }
    }
}
