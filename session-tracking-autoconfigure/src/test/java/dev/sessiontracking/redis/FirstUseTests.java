// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.redis.ProviderTokens.secondsAgo;
import static dev.sessiontracking.redis.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sessions of an identity provider, on nodes of an application. */
class FirstUseTests {

    private static final RedisKeys KEYS = new RedisKeys("");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static TestNode node;

    private static TestNode other;

    private static TestNode withoutCache;

    private static int number;

    private final String sid = "sid-" + ++number;

    private final String sub = "user-" + number;

    @BeforeAll
    static void start() {
        node = TestNode.withProvider(redis.url());
        other = TestNode.withProvider(redis.url());
        withoutCache = TestNode.withProvider(redis.url(), "session.tracking.near-cache.enabled=false");
    }

    @AfterAll
    static void stop() {
        Stream.of(node, other, withoutCache).forEach(TestNode::close);
    }

    @BeforeEach
    void awaitCaches() {
        // Otherwise the first check is not one that fills the cache.
        Stream.of(node, other).forEach(one -> {
            String warm = "warm-" + number;
            await().pollInterval(Duration.ofMillis(5))
                    .until(() -> one.checker.check(token(warm, "warm", secondsAgo(9))) == Result.LIVE_BY_CACHE);
        });
    }

    private static List<TestNode> nodes() {
        return List.of(node, other, withoutCache);
    }

    private static SessionStatus status(TestNode one, TokenSession token) {
        return one.checker.check(token).status();
    }

    /** As a near cache may be behind for a moment. */
    private static void awaitOnAllNodes(TokenSession token, SessionStatus status) {
        nodes().forEach(one -> await().atMost(TestNode.SOON)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(status(one, token)).isEqualTo(status)));
    }

    private static void assertNoCommands(TokenSession token, SessionStatus status) {
        for (TestNode one : List.of(node, other)) {
            status(one, token);
            status(one, token);
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
                Map<String, Long> before = redis.cli().commandCounts();
                for (int i = 0; i < 200; i++) {
                    assertThat(status(one, token)).isEqualTo(status);
                }
                Map<String, Long> after = redis.cli().commandCounts();
                for (String command : List.of("get", "strlen", "evalsha", "eval", "set")) {
                    // A canary or a renewed lease is one GET.
                    assertThat(after.getOrDefault(command, 0L) - before.getOrDefault(command, 0L))
                            .as(command)
                            .isLessThanOrEqualTo(command.equals("get") || command.equals("set") ? 2 : 0);
                }
            });
        }
    }

    @Test
    void firstUseMakesASessionVisible() {
        Instant login = secondsAgo(100);
        Instant before = Instant.now().minusMillis(1000);

        assertThat(node.checker.check(token(sid, sub, login))).isEqualTo(Result.LIVE_BY_STORE);

        awaitOnAllNodes(token(sid, sub, login), SessionStatus.LIVE);
        List<UserSession> sessions = other.service.getUserSessions(sub);
        assertThat(sessions).extracting(UserSession::id).containsExactly(sid);
        UserSession session = sessions.get(0);
        assertThat(session.createdAt()).isEqualTo(login);
        assertThat(session.lastUse().at()).isBetween(before, Instant.now().plusSeconds(1));
        assertThat(session.metadata()).isEqualTo(ProviderTokens.CLIENT);
        assertThat(session.expiresAt())
                .isBetween(
                        before.plus(ProviderTokens.LIFETIME),
                        Instant.now().plusSeconds(1).plus(ProviderTokens.LIFETIME));
        assertThat(redis.cli().number("PTTL", KEYS.session(sid)))
                .isCloseTo(redis.cli().number("PTTL", KEYS.sessionState(sid)), Offset.offset(5_000L));
        assertNoCommands(token(sid, sub, login), SessionStatus.LIVE);
    }

    @Test
    void recordOutlivesATokenThatOutlivesTheLifetime() {
        TokenSession token = new TokenSession(
                sid,
                sub,
                secondsAgo(1),
                new dev.sessiontracking.core.SessionChecker.FirstUse(
                        Duration.ofMinutes(1), Instant.now().plusSeconds(7200), ProviderTokens.CLIENT));

        status(node, token);

        assertThat(redis.cli().number("PTTL", KEYS.session(sid))).isGreaterThan(7_000_000);
        assertThat(redis.cli().number("PTTL", KEYS.sessionState(sid))).isGreaterThan(7_000_000);
    }

    @Test
    void revokedSessionStaysEndedEverywhere() {
        TokenSession token = token(sid, sub, secondsAgo(5));
        awaitOnAllNodes(token, SessionStatus.LIVE);

        assertThat(node.service.revokeSession(sid)).isTrue();

        assertThat(status(node, token)).isEqualTo(SessionStatus.ENDED);
        assertThat(status(withoutCache, token)).isEqualTo(SessionStatus.ENDED);
        awaitOnAllNodes(token, SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(5)), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, null), SessionStatus.ENDED);
        try (TestNode late = TestNode.withProvider(redis.url())) {
            assertThat(status(late, token)).isEqualTo(SessionStatus.ENDED);
            assertThat(late.checker.endReason(token).toCompletableFuture().join())
                    .contains(SessionEndReason.REVOKED);
        }
        assertThat(other.service.getUserSessions(sub)).isEmpty();
        assertThat(node.service.revokeSession(sid)).isFalse();
        assertNoCommands(token, SessionStatus.ENDED);
    }

    @Test
    void revocationHoldsBeforeTheFirstUse() {
        assertThat(node.service.revokeSession(sid)).isTrue();

        awaitOnAllNodes(token(sid, sub, secondsAgo(5)), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, null), SessionStatus.ENDED);
        // The provider's clock may be ahead.
        awaitOnAllNodes(token(sid, sub, secondsAgo(-30)), SessionStatus.ENDED);
        assertThat(node.service.revokeSession(sid)).isFalse();
        assertThat(redis.cli().number("PTTL", KEYS.sessionState(sid))).isGreaterThan(35_000_000);
        assertThat(node.service.getUserSessions(sub)).isEmpty();
        try (TestNode late = TestNode.withProvider(redis.url())) {
            await().pollDelay(Duration.ZERO)
                    .untilAsserted(() -> assertThat(late.checker.check(token(sid, sub, secondsAgo(5))))
                            .isEqualTo(Result.ENDED_BY_CACHE));
        }
    }

    @Test
    void sessionBeginsAgainAfterALaterAuthenticationForTokensOfThatOnly() {
        TokenSession first = token(sid, sub, secondsAgo(5));
        awaitOnAllNodes(first, SessionStatus.LIVE);
        node.service.revokeSession(sid);
        awaitOnAllNodes(first, SessionStatus.ENDED);
        TokenSession second = token(sid, sub, secondsAgo(-2));

        awaitOnAllNodes(second, SessionStatus.LIVE);

        awaitOnAllNodes(first, SessionStatus.ENDED);
        awaitOnAllNodes(second, SessionStatus.LIVE);
        for (TestNode one : nodes()) {
            assertThat(one.service.getUserSessions(sub))
                    .extracting(UserSession::createdAt)
                    .containsExactly(second.authenticatedAt());
            assertThat(one.service.findSession(sid)).isPresent();
        }
        assertNoCommands(second, SessionStatus.LIVE);
        assertNoCommands(first, SessionStatus.ENDED);

        assertThat(other.service.revokeSession(sid)).isTrue();

        awaitOnAllNodes(second, SessionStatus.ENDED);
        awaitOnAllNodes(first, SessionStatus.ENDED);
        assertThat(withoutCache.service.getUserSessions(sub)).isEmpty();
        awaitOnAllNodes(token(sid, sub, secondsAgo(-9)), SessionStatus.LIVE);
    }

    @Test
    void authenticationBeforeTheRevocationDoesNotBeginAgainHoweverLate() {
        status(node, token(sid, sub, secondsAgo(50)));
        node.service.revokeSession(sid);

        // It was issued before, and nobody has seen it yet.
        awaitOnAllNodes(token(sid, sub, secondsAgo(2)), SessionStatus.ENDED);
    }

    @Test
    void sessionThatIsRevokedAgainStaysEndedForAuthenticationsInBetween() {
        status(node, token(sid, sub, secondsAgo(50)));
        node.service.revokeSession(sid);
        long until = until();
        await().until(() -> Instant.now().getEpochSecond() > until);

        withoutCache.service.revokeSession(sid);

        awaitOnAllNodes(token(sid, sub, Instant.ofEpochSecond(until() - 1)), SessionStatus.ENDED);
        assertThat(until()).isGreaterThan(until);
    }

    private long until() {
        return Long.parseLong(redis.cli().text("GET", KEYS.sessionState(sid)).split(" ")[1]);
    }

    @Test
    void userWideRevocationHoldsBeforeTheFirstUse() {
        status(node, token(sid + "-seen", sub, secondsAgo(9)));

        assertThat(node.service.revokeAllUserSessions(sub).count()).isEqualTo(1);

        awaitOnAllNodes(token(sid + "-seen", sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, null), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(-2)), SessionStatus.LIVE);
        assertNoCommands(token(sid + "-2", sub, secondsAgo(9)), SessionStatus.ENDED);
        node.service.clearNotBefore(sub);
        awaitOnAllNodes(token(sid + "-3", sub, null), SessionStatus.LIVE);
    }

    @Test
    void userWideRevocationOfOthersSparesOne() {
        awaitOnAllNodes(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
        awaitOnAllNodes(token(sid + "-2", sub, secondsAgo(9)), SessionStatus.LIVE);

        assertThat(node.service.revokeOtherUserSessions(sub, sid).count()).isEqualTo(1);

        awaitOnAllNodes(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
        awaitOnAllNodes(token(sid + "-2", sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid + "-3", sub, secondsAgo(9)), SessionStatus.ENDED);
    }

    @Test
    void removingTheKeyRevokes() {
        TokenSession token = token(sid, sub, secondsAgo(9));
        awaitOnAllNodes(token, SessionStatus.LIVE);

        redis.cli().command("DEL", KEYS.session(sid));

        awaitOnAllNodes(token, SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        try (TestNode late = TestNode.withProvider(redis.url())) {
            assertThat(status(late, token(sid, sub, secondsAgo(1)))).isEqualTo(SessionStatus.ENDED);
        }
        assertThat(redis.cli().text("GET", KEYS.sessionState(sid))).startsWith("revoked ");
        assertNoCommands(token, SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(-5)), SessionStatus.LIVE);
    }

    @Test
    void endOfAnOlderVersionHoldsForGood() {
        TokenSession token = token(sid, sub, secondsAgo(9));
        status(node, token);
        redis.cli().command("SET", KEYS.sessionState(sid), "logout", "KEEPTTL");
        redis.cli().command("DEL", KEYS.session(sid));

        awaitOnAllNodes(token, SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(-9)), SessionStatus.ENDED);
        assertNoCommands(token, SessionStatus.ENDED);
    }

    @Test
    void rejectedTokenProlongsTheStateOfItsSession() {
        node.service.revokeSession(sid);
        redis.cli().command("PEXPIRE", KEYS.sessionState(sid), "60000");

        status(withoutCache, token(sid, sub, secondsAgo(9)));

        assertThat(redis.cli().number("PTTL", KEYS.sessionState(sid))).isGreaterThan(35_000_000);
        assertThat(redis.cli().number("ZCARD", KEYS.userSessions(sub))).isZero();
    }

    @Test
    void lostDataAreRecordedAgain() {
        TokenSession token = token(sid, sub, secondsAgo(9));
        TokenSession revoked = token(sid + "-2", sub, secondsAgo(9));
        awaitOnAllNodes(token, SessionStatus.LIVE);
        awaitOnAllNodes(revoked, SessionStatus.LIVE);
        node.service.revokeSession(sid + "-2");

        redis.cli().command("FLUSHALL");

        awaitOnAllNodes(token, SessionStatus.LIVE);
        assertThat(redis.cli().number("EXISTS", KEYS.session(sid))).isEqualTo(1);
        assertThat(status(withoutCache, revoked)).as("the revocation is lost").isEqualTo(SessionStatus.LIVE);
        assertThat(status(node, revoked)).as("this node remembers it").isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void passwordGrantsFillNoMoreThanTheCap() {
        String soon = String.valueOf(System.currentTimeMillis() + 3_600_000);
        Stream<String> entries = IntStream.range(0, 995).boxed().flatMap(i -> Stream.of(soon, "earlier-" + i));
        redis.cli()
                .command(Stream.concat(Stream.of("ZADD", KEYS.userSessions(sub)), entries)
                        .toArray(String[]::new));
        for (int i = 0; i < 20; i++) {
            status(withoutCache, token(sid + "-" + i, sub, null));
        }

        await().untilAsserted(() ->
                assertThat(redis.cli().number("ZCARD", KEYS.userSessions(sub))).isLessThanOrEqualTo(1_000));
        assertThat(status(withoutCache, token(sid + "-19", sub, null))).isEqualTo(SessionStatus.LIVE);
    }

    @Test
    void logoutEndsASessionThatWasNeverRecorded() {
        TokenSession token = token(sid, sub, secondsAgo(9));

        assertThat(node.checker.revoke(token)).isTrue();

        awaitOnAllNodes(token, SessionStatus.ENDED);
        assertThat(withoutCache.checker.endReason(token).toCompletableFuture().join())
                .contains(SessionEndReason.LOGOUT);
    }
}
