// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Revocations of an identity provider's sessions: before the first use, after it, and until the user authenticates again. */
class FirstUseRevocationTests extends FirstUseFixture {

    @Test
    void revokedSessionStaysEndedEverywhere() {
        TokenSession token = token(sid, sub, secondsAgo(5));
        awaitOnAllNodes(token, SessionStatus.LIVE);

        assertThat(node.service.revokeSession(sid)).isTrue();

        assertThat(node.status(token)).isEqualTo(SessionStatus.ENDED);
        assertThat(withoutCache.status(token)).isEqualTo(SessionStatus.ENDED);
        awaitOnAllNodes(token, SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(5)), SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, null), SessionStatus.ENDED);
        try (TestNode late = TestNode.withProvider(redis.url())) {
            assertThat(late.status(token)).isEqualTo(SessionStatus.ENDED);
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
        node.status(token(sid, sub, secondsAgo(50)));
        node.service.revokeSession(sid);

        // It was issued before, and nobody has seen it yet.
        awaitOnAllNodes(token(sid, sub, secondsAgo(2)), SessionStatus.ENDED);
    }

    @Test
    void sessionThatIsRevokedAgainStaysEndedForAuthenticationsInBetween() {
        node.status(token(sid, sub, secondsAgo(50)));
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
        node.status(token(sid + "-seen", sub, secondsAgo(9)));

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
            assertThat(late.status(token(sid, sub, secondsAgo(1)))).isEqualTo(SessionStatus.ENDED);
        }
        assertThat(redis.cli().text("GET", KEYS.sessionState(sid))).startsWith("revoked ");
        assertNoCommands(token, SessionStatus.ENDED);
        awaitOnAllNodes(token(sid, sub, secondsAgo(-5)), SessionStatus.LIVE);
    }

    @Test
    void endOfAnOlderVersionHoldsForGood() {
        TokenSession token = token(sid, sub, secondsAgo(9));
        node.status(token);
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

        withoutCache.status(token(sid, sub, secondsAgo(9)));

        assertThat(redis.cli().number("PTTL", KEYS.sessionState(sid))).isGreaterThan(35_000_000);
        assertThat(redis.cli().number("ZCARD", KEYS.userSessions(sub))).isZero();
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
