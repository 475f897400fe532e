// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.testkit.FaultProxy;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** During an outage, a node rejects what was revoked elsewhere before, although it never met the session. */
@ExtendWith(OutputCaptureExtension.class)
class RevocationFeedTests extends RevocationFeedFixture {

    private static void awaitOutage(TestNode node) {
        await().atMost(TestNode.PATIENCE).until(() -> node.check("unknown") == Result.UNVERIFIED);
    }

    @Test
    void aNodeThatNeverMetTheSessionRejectsItDuringAnOutage() {
        try (TestNode node = node();
                TestNode cold = node()) {
            String revoked = node.login("alice").id();
            String live = node.login("bob").id();
            node.service.revokeSession(revoked);
            cold.awaitRemembered(1);
            server.kill();
            awaitOutage(cold);
            assertThat(cold.check(revoked)).isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(cold.check(live)).isEqualTo(Result.UNVERIFIED);
        }
    }

    @Test
    void aNodeThatStartsLaterReadsWhatWasRevokedBefore() {
        String revoked;
        try (TestNode node = node()) {
            revoked = node.login("alice").id();
            node.service.revokeSession(revoked);
            await().until(() -> server.cli().number("XLEN", FEED) == 1);
        }
        try (TestNode late = node()) {
            server.kill();
            awaitOutage(late);
            assertThat(late.check(revoked)).isEqualTo(Result.ENDED_BY_DENYLIST);
        }
    }

    @Test
    void aNodeThatWasDisconnectedCatchesUp() {
        try (FaultProxy network = FaultProxy.inFrontOf(server);
                TestNode node = node();
                TestNode away = node(network.url())) {
            network.refuse();
            network.cut();
            await().until(() -> away.feed().coverage() == FeedState.Coverage.BEHIND);
            String revoked = node.login("alice").id();
            node.service.revokeSession(revoked);
            network.heal();
            away.awaitRemembered(1);
            await().until(() -> away.feed().coverage() == FeedState.Coverage.COMPLETE);
            assertThat(away.feed().gaps()).isZero();
            server.kill();
            awaitOutage(away);
            assertThat(away.check(revoked)).isEqualTo(Result.ENDED_BY_DENYLIST);
        }
    }

    @Test
    void everythingOfAUserThatWasRevokedIsRejectedDuringAnOutage() {
        try (TestNode node = node();
                TestNode cold = node()) {
            UserSession spared = node.login("alice");
            UserSession other = node.login("alice");
            node.service.revokeOtherUserSessions("alice", spared.id());
            cold.awaitRemembered(2);
            server.kill();
            awaitOutage(cold);
            Instant second = other.createdAt().truncatedTo(ChronoUnit.SECONDS);
            assertThat(cold.check(other.id())).isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(check(cold, "older", second.minusSeconds(2))).isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(cold.checker.checkWithoutSession("alice", second)).isEqualTo(Result.ENDED_BY_DENYLIST);
            assertThat(check(cold, spared.id(), second)).isEqualTo(Result.UNVERIFIED);
            // A token says only in which second its user gave credentials.
            assertThat(check(cold, "later in the same second", second)).isEqualTo(Result.UNVERIFIED);
            assertThat(check(cold, "later", second.plusSeconds(2))).isEqualTo(Result.UNVERIFIED);
        }
    }

    private static Result check(TestNode node, String sessionId, Instant authenticatedAt) {
        return node.checker.check(new TokenSession(sessionId, "alice", authenticatedAt));
    }

    @Test
    void aSessionThatSomebodyDeletesByHandIsNotAnnounced() {
        try (TestNode node = node()) {
            String id = node.login("alice").id();
            node.awaitCached(id);
            server.cli().command("DEL", "session:" + id);
            node.awaitAnswer(id, Result.ENDED_BY_DENYLIST);
            server.restartEmpty();
            await().atMost(TestNode.PATIENCE).until(() -> node.check("x") == Result.ENDED_BY_STORE);
            assertThat(server.cli().number("XLEN", FEED)).isZero();
        }
    }

    /** Made-up ids would otherwise fill the feed. */
    @Test
    void whatEndedNothingIsNotAnnounced() {
        try (TestNode node = node()) {
            assertThat(node.service.revokeSession("made-up")).isFalse();
            assertThat(node.service.revokeSession(node.login("alice").id())).isTrue();
            await().until(() -> server.cli().number("XLEN", FEED) == 1);
        }
    }

    @Test
    void aRevocationThatWasPendingIsAnnouncedWhenItIsApplied() {
        try (TestNode node = node();
                TestNode cold = node()) {
            String id = node.login("alice").id();
            server.freeze();
            node.service.revokeSession(id);
            server.thaw();
            await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
            cold.awaitRemembered(1);
        }
    }

    @Test
    void aTrimmedFeedIsAGap(CapturedOutput output) {
        try (FaultProxy network = FaultProxy.inFrontOf(server);
                TestNode node = node();
                TestNode away = node(network.url())) {
            node.service.revokeSession(node.login("alice").id());
            away.awaitRemembered(1);
            network.refuse();
            network.cut();
            await().until(() -> away.feed().coverage() == FeedState.Coverage.BEHIND);
            node.service.revokeSession(node.login("alice").id());
            String last = node.login("alice").id();
            node.service.revokeSession(last);
            await().until(() -> server.cli().number("XLEN", FEED) == 3);
            server.cli().command("XTRIM", FEED, "MAXLEN", "1");
            network.heal();
            await().atMost(TestNode.PATIENCE).until(() -> away.feed().coverage() == FeedState.Coverage.GAP);
            assertThat(away.feed().gaps()).isEqualTo(1);
            assertThat(output).contains("The revocation feed has lost entries");
            away.awaitRemembered(2);
            assertThat(away.check(last)).isEqualTo(Result.ENDED_BY_DENYLIST);
        }
    }

    /** Otherwise one user's loop of logins and logouts would displace the revocations of others. */
    @Test
    void oneUserDisplacesOwnEntriesOnly() {
        try (TestNode node = node()) {
            String bob = node.login("bob").id();
            node.service.revokeSession(bob);
            for (int i = 0; i < FeedWriter.MOST_OF_ONE_USER + 20; i++) {
                node.service.revokeSession(node.login("alice").id());
            }
            await().until(() -> server.cli().number("XLEN", FEED) == FeedWriter.MOST_OF_ONE_USER + 1);
            assertThat(String.valueOf(server.cli().command("XRANGE", FEED, "-", "+", "COUNT", "1")))
                    .contains(bob);
        }
    }

    @Test
    void aFullMemoryFailsNoRevocationAndIsAnnouncedLater() {
        try (TestNode node = node()) {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                ids.add(node.login("alice").id());
            }
            server.cli().command("CONFIG", "SET", "maxmemory", "1");
            assertThat(node.service.revokeSession(ids.get(0))).isTrue();
            assertThat(node.service.revokeSession(ids.get(1))).isTrue();
            await().until(() -> node.bean(SessionTracking.class)
                    .state()
                    .store()
                    .details()
                    .get("unannouncedRevocations")
                    .equals("2"));
            server.cli().command("CONFIG", "SET", "maxmemory", "0");
            assertThat(node.service.revokeSession(ids.get(2))).isTrue();
            await().until(() -> server.cli().number("XLEN", FEED) == 3);
            assertThat(node.bean(SessionTracking.class).state().store().details())
                    .doesNotContainKey("unannouncedRevocations");
        }
    }

    @Test
    void withoutThePermissionEverythingElseWorks(CapturedOutput output) {
        server.cli().command("ACL", "SETUSER", "app", "on", ">secret", "+@all", "-xadd", "-xrange", "~*", "&*");
        String url = server.url().replace("redis://", "redis://app:secret@");
        try (TestNode node = TestNode.at(url)) {
            String id = node.login("alice").id();
            await().until(() -> output.getOut().contains("may not read " + FEED));
            assertThat(node.service.revokeSession(id)).isTrue();
            await().until(() -> output.getOut().contains("may not write " + FEED));
            assertThat(node.feed().coverage()).isEqualTo(FeedState.Coverage.OFF);
            assertThat(node.bean(SessionTracking.class).state().misconfiguration())
                    .isNull();
            assertThat(node.check(id).status()).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void aKeyOfAnotherTypeOrUnknownEntriesDisturbNothing() {
        server.cli().command("XADD", FEED, "*", "session", "bad id\n", "owner", "x");
        server.cli().command("XADD", FEED, "*", "user", "alice", "marker", "later version");
        server.cli().command("XADD", FEED, "*", "other", "thing");
        try (TestNode node = node()) {
            assertThat(node.rememberedRevocations()).isZero();
            server.cli().command("DEL", FEED);
            server.cli().command("SET", FEED, "mine");
            await().until(() -> node.feed().coverage() == FeedState.Coverage.OFF);
            String id = node.login("alice").id();
            assertThat(node.service.revokeSession(id)).isTrue();
            assertThat(node.check(id).status()).isEqualTo(SessionStatus.ENDED);
            assertThat(server.cli().command("GET", FEED)).isEqualTo("mine");
        }
    }
}
