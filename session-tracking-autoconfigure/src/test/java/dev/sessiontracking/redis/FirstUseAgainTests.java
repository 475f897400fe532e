// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionService.SessionRenewal;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.CachingReader.FeedState.Coverage;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions of an identity provider that began again after a revocation, on nodes that remember it. */
class FirstUseAgainTests {

    private static final RedisKeys KEYS = new RedisKeys("");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private final TokenSession first = token("sid", "alice", secondsAgo(50));

    private final TokenSession again = token("sid", "alice", secondsAgo(5));

    private TestNode node;

    private TestNode alone;

    @BeforeEach
    void start() {
        node = TestNode.withProvider(redis.url());
        alone = TestNode.withProvider(
                redis.url(), "session.tracking.near-cache.enabled=false", "session.tracking.feed.enabled=false");
        for (TestNode one : List.of(node, alone)) {
            one.awaitStatus(token("warm", "warm", secondsAgo(9)), SessionStatus.LIVE);
        }
    }

    @AfterEach
    void stop() {
        node.close();
        alone.close();
    }

    /** As if a node that is gone had revoked the session a while ago, and its user had authenticated since. */
    private void beginAgain() {
        alone.awaitStatus(first, SessionStatus.LIVE);
        redis.cli().command("DEL", KEYS.session("sid"));
        redis.cli()
                .command(
                        "SET",
                        KEYS.sessionState("sid"),
                        "revoked " + secondsAgo(20).getEpochSecond(),
                        "KEEPTTL");
        alone.awaitStatus(again, SessionStatus.LIVE);
        node.awaitStatus(again, SessionStatus.LIVE);
        node.awaitStatus(first, SessionStatus.ENDED);
    }

    private List<String> stored() {
        return List.of(redis.cli().text("GET", KEYS.session("sid")), redis.cli().text("GET", KEYS.sessionState("sid")));
    }

    private void restore(List<String> stored) {
        redis.cli().command("SET", KEYS.sessionState("sid"), stored.get(1), "PX", "36000000");
        redis.cli().command("SET", KEYS.session("sid"), stored.get(0), "PX", "36000000");
    }

    @Test
    void secondRevocationThatRedisHasLostIsMadeAgain() {
        beginAgain();
        List<String> before = stored();
        assertThat(node.service.revokeSession("sid")).isTrue();
        alone.awaitStatus(again, SessionStatus.ENDED);

        restore(before);

        // The node is told of the change.
        await().atMost(TestNode.PATIENCE).until(() -> redis.cli().number("EXISTS", KEYS.session("sid")) == 0);
        assertThat(alone.status(again)).isEqualTo(SessionStatus.ENDED);
        node.awaitStatus(again, SessionStatus.ENDED);
        alone.awaitStatus(token("sid", "alice", secondsAgo(-3)), SessionStatus.LIVE);
        node.awaitStatus(token("sid", "alice", secondsAgo(-3)), SessionStatus.LIVE);
    }

    @Test
    void secondRevocationThatRedisHasLostIsMadeAgainAfterAnOutage() {
        beginAgain();
        List<String> before = stored();
        // It would be told of the change, and make the revocation again.
        node.close();
        try (TestNode unaware = TestNode.withProvider(redis.url(), "session.tracking.near-cache.enabled=false")) {
            unaware.awaitStatus(again, SessionStatus.LIVE);
            assertThat(unaware.service.revokeSession("sid")).isTrue();
            restore(before);
            assertThat(alone.status(again)).isEqualTo(SessionStatus.LIVE);
            redis.server().freeze();
            try {
                await().atMost(TestNode.PATIENCE)
                        .until(() -> unaware.status(token("x", "bob", secondsAgo(1))) == SessionStatus.UNKNOWN);
            } finally {
                redis.server().thaw();
            }

            alone.awaitStatus(again, SessionStatus.ENDED);
        }
    }

    @Test
    void recoveryDoesNotEndASessionThatHasBegunAgainSince() {
        beginAgain();
        assertThat(node.service.revokeSession("sid")).isTrue();
        TokenSession third = token("sid", "alice", secondsAgo(-2));
        alone.awaitStatus(third, SessionStatus.LIVE);
        node.awaitStatus(third, SessionStatus.LIVE);
        String value = redis.cli().text("GET", KEYS.session("sid"));

        // What makes the node look at it, and would make it revoke the session again.
        redis.cli().command("SET", KEYS.session("sid"), value, "XX", "KEEPTTL");
        redis.server().freeze();
        try {
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.status(token("x", "alice", secondsAgo(1))) == SessionStatus.UNKNOWN);
        } finally {
            redis.server().thaw();
        }

        node.awaitStatus(third, SessionStatus.LIVE);
        assertThat(redis.cli().text("GET", KEYS.session("sid"))).isEqualTo(value);
        alone.awaitStatus(again, SessionStatus.ENDED);
    }

    @Test
    void serviceKnowsThatTheSessionHasBegunAgain() {
        node.awaitStatus(first, SessionStatus.LIVE);
        node.service.revokeSession("sid");
        assertThat(node.service.isSessionValid("sid")).isFalse();
        assertThat(node.service.renewSession("sid")).isEqualTo(SessionRenewal.ENDED);
        alone.awaitStatus(token("sid", "alice", secondsAgo(-2)), SessionStatus.LIVE);

        assertThat(node.service.isSessionValid("sid")).isTrue();
        assertThat(node.service.renewSession("sid")).isEqualTo(SessionRenewal.RENEWED);
        redis.server().freeze();
        try {
            // As long as Redis does not say so, the revocation that this node remembers counts.
            assertThat(node.service.isSessionValid("sid")).isFalse();
        } finally {
            redis.server().thaw();
        }
    }

    @Test
    void nodeThatReadsTheRevocationLaterAcceptsTheSessionThatHasBegunAgain() {
        redis.cli().command("XADD", "session_revocations", secondsAgo(20).toEpochMilli() + "-0", "session", "sid");
        beginAgain();
        try (TestNode late = TestNode.withProvider(redis.url())) {
            await().atMost(TestNode.PATIENCE)
                    .until(() -> late.bean(SessionTracking.class).feed().coverage() == Coverage.COMPLETE
                            && late.bean(SessionTracking.class).rememberedRevocations() == 1);

            late.awaitStatus(again, SessionStatus.LIVE);
            assertThat(late.status(first)).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void revocationOfAnEarlierTimeSparesWhatHasBegunSince() {
        beginAgain();
        SessionTracking tracking = node.bean(SessionTracking.class);

        tracking.revokeSession("sid", secondsAgo(10), SessionEndReason.IDENTITY_PROVIDER);

        node.awaitStatus(again, SessionStatus.LIVE);
        alone.awaitStatus(again, SessionStatus.LIVE);
        assertThat(node.service.getUserSessions("alice"))
                .extracting(UserSession::id)
                .containsExactly("sid");
        assertThat(alone.service.revokeAllUserSessions("alice").count()).isEqualTo(1);
        node.awaitStatus(again, SessionStatus.ENDED);
    }

    @Test
    void revocationOfAnEarlierTimeCoversNobodyWhoHasAuthenticatedSince() {
        node.bean(SessionTracking.class)
                .revokeSession("sid", Instant.now().minusSeconds(90), SessionEndReason.IDENTITY_PROVIDER);

        alone.awaitStatus(token("sid", "alice", secondsAgo(100)), SessionStatus.ENDED);
        alone.awaitStatus(token("sid", "alice", null), SessionStatus.ENDED);
        // A minute later: of a session that nobody has seen, the provider's clock is not known.
        alone.awaitStatus(token("sid", "alice", secondsAgo(20)), SessionStatus.LIVE);
    }

    /** docs/redis-layout.md tells other writers not to do this. */
    @Test
    void sessionThatAnotherWriterLetsExpireEarlierHasEndedUntilTheNextAuthentication() {
        alone.awaitStatus(first, SessionStatus.LIVE);
        redis.cli().command("PEXPIRE", KEYS.session("sid"), "1");
        await().until(() -> redis.cli().number("EXISTS", KEYS.session("sid")) == 0);

        alone.awaitStatus(first, SessionStatus.ENDED);
        node.awaitStatus(again, SessionStatus.ENDED);
        node.awaitStatus(token("sid", "alice", secondsAgo(-3)), SessionStatus.LIVE);
    }
}
