// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.RedisServers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A rolling upgrade: nodes of this version with and without the revocation feed, and one of an earlier version, which has
 * no state keys. The commands that it sends are written out here.
 */
class MixedVersionsTests {

    private static final String FEED = "session_revocations";

    private static final String WEEK = "604800000";

    private final RedisServer server = RedisServers.start();

    private final TestNode node = TestNode.at(server.url());

    private final TestNode withoutFeed = TestNode.at(server.url(), "session.tracking.feed.enabled=false");

    @BeforeEach
    void awaitFeed() {
        node.awaitFeed(FeedState.Coverage.COMPLETE);
    }

    @AfterEach
    void close() {
        node.close();
        withoutFeed.close();
        server.close();
    }

    private void assertNoGap() {
        assertThat(node.feed()).isEqualTo(new FeedState(FeedState.Coverage.COMPLETE, null, 0));
    }

    /** The earlier version. */
    private void earlierLogin(String userId, String sessionId) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String value =
                "{\"userId\":\"" + userId + "\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox\",\"createdAt\":\"" + now
                        + "\",\"expiresAt\":\"" + now.plus(7, ChronoUnit.DAYS) + "\"}";
        assertThat(server.cli().command("SET", "session:" + sessionId, value, "PX", WEEK, "NX"))
                .isEqualTo("OK");
        index(userId, sessionId);
    }

    private void index(String userId, String sessionId) {
        String until = String.valueOf(Instant.now().plus(7, ChronoUnit.DAYS).toEpochMilli() + 60_000);
        server.cli().command("ZADD", "user_sessions:" + userId, until, sessionId);
        server.cli().command("PEXPIREAT", "user_sessions:" + userId, until);
    }

    /** Fields of later versions are lost. */
    private void earlierRenewal(UserSession session) {
        index(session.userId(), session.id());
        String value = "{\"userId\":\"" + session.userId() + "\",\"createdAt\":\"" + session.createdAt()
                + "\",\"expiresAt\":\"" + Instant.now().plus(7, ChronoUnit.DAYS) + "\"}";
        assertThat(server.cli().command("SET", "session:" + session.id(), value, "PX", WEEK, "XX"))
                .isEqualTo("OK");
    }

    private long earlierRevocation(String userId, String sessionId) {
        long deleted = server.cli().number("DEL", "session:" + sessionId);
        server.cli().command("ZREM", "user_sessions:" + userId, sessionId);
        return deleted;
    }

    private boolean isLiveForEarlier(String sessionId) {
        return server.cli().number("STRLEN", "session:" + sessionId) > 0;
    }

    private List<TestNode> nodes() {
        return List.of(node, withoutFeed);
    }

    @Test
    void sessionsOfTheEarlierVersionAreSeenListedRenewedAndRevoked() {
        for (TestNode current : nodes()) {
            String id = current == node ? "early" : "early-too";
            earlierLogin("alice", id);
            current.awaitCached(id);
            assertThat(current.service.getUserSessions("alice"))
                    .extracting(UserSession::id)
                    .containsExactly(id);
            assertThat(current.service.renewSession(id)).isEqualTo(SessionRenewal.RENEWED);
            assertThat(isLiveForEarlier(id)).isTrue();
            assertThat(current.service.revokeSession("alice", id)).isTrue();
            assertThat(isLiveForEarlier(id)).isFalse();
            assertThat(server.cli().texts("ZRANGE", "user_sessions:alice", "0", "-1"))
                    .isEmpty();
            nodes().forEach(any -> await().until(() -> any.check(id).status() == SessionStatus.ENDED));
        }
        assertNoGap();
    }

    @Test
    void revocationsOfTheEarlierVersionAreSeenAndNotAnnounced() {
        String met = node.login("alice").id();
        String notMet = withoutFeed.login("alice").id();
        nodes().forEach(current -> current.awaitCached(met));
        assertThat(earlierRevocation("alice", met)).isEqualTo(1);
        assertThat(earlierRevocation("alice", notMet)).isEqualTo(1);
        nodes().forEach(current -> current.awaitAnswer(met, Result.ENDED_BY_DENYLIST));
        assertThat(node.service.getUserSessions("alice")).isEmpty();
        assertThat(server.cli().number("EXISTS", FEED)).isZero();
        assertNoGap();
        server.kill();
        await().atMost(TestNode.PATIENCE).until(() -> node.check("unknown") == Result.UNVERIFIED);
        assertThat(node.check(met)).isEqualTo(Result.ENDED_BY_DENYLIST);
        assertThat(node.check(notMet)).as("nobody has told this node").isEqualTo(Result.UNVERIFIED);
    }

    @Test
    void revocationsWithoutTheFeedAreSeenAndNotAnnounced() {
        String id = node.login("alice").id();
        node.awaitCached(id);
        assertThat(withoutFeed.service.revokeSession(id)).isTrue();
        assertThat(withoutFeed.feed().coverage()).isEqualTo(FeedState.Coverage.OFF);
        node.awaitAnswer(id, Result.ENDED_BY_DENYLIST);
        assertThat(isLiveForEarlier(id)).isFalse();
        assertThat(server.cli().number("EXISTS", FEED)).isZero();
        assertNoGap();
    }

    @Test
    void announcementsDoNotDisturbNodesWithoutTheFeed() {
        String id = withoutFeed.login("alice").id();
        withoutFeed.awaitCached(id);
        assertThat(node.service.revokeSession(id)).isTrue();
        withoutFeed.awaitAnswer(id, Result.ENDED_BY_DENYLIST);
        assertThat(withoutFeed.service.renewSession(id)).isEqualTo(SessionRenewal.ENDED);
        assertThat(isLiveForEarlier(id)).isFalse();
        await().until(() -> server.cli().number("XLEN", FEED) == 1);
        // The upgrade switches the feed on, or the roll-back off.
        try (TestNode upgraded = TestNode.at(server.url())) {
            upgraded.awaitFeed(FeedState.Coverage.COMPLETE);
            assertThat(upgraded.feed().gaps()).isZero();
            assertThat(upgraded.check(id)).isEqualTo(Result.ENDED_BY_DENYLIST);
        }
        assertNoGap();
    }

    @Test
    void renewalsOfTheEarlierVersionLogNobodyOut() {
        TokenGrant grant = node.refresh(node.refresh(node.tokens().login("alice", SessionMetadata.none())));
        earlierRenewal(grant.session());
        nodes().forEach(current -> current.awaitCached(grant.session().id()));
        TokenGrant next = withoutFeed.refresh(grant);
        assertThat(next.refreshClaims()).containsEntry("srt", 3L);
        assertThat(node.refresh(next).refreshClaims()).containsEntry("srt", 4L);
    }
}
