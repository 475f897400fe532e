// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.testkit.ProviderTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The first use of an identity provider's session: what it records, and when it does so again. */
class FirstUseTests extends FirstUseFixture {

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

        node.status(token);

        assertThat(redis.cli().number("PTTL", KEYS.session(sid))).isGreaterThan(7_000_000);
        assertThat(redis.cli().number("PTTL", KEYS.sessionState(sid))).isGreaterThan(7_000_000);
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
        assertThat(withoutCache.status(revoked)).as("the revocation is lost").isEqualTo(SessionStatus.LIVE);
        assertThat(node.status(revoked)).as("this node remembers it").isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void passwordGrantsFillNoMoreThanTheCap() {
        String soon = String.valueOf(System.currentTimeMillis() + 3_600_000);
        Stream<String> entries = IntStream.range(0, 995).boxed().flatMap(i -> Stream.of(soon, "earlier-" + i));
        redis.cli()
                .command(Stream.concat(Stream.of("ZADD", KEYS.userSessions(sub)), entries)
                        .toArray(String[]::new));
        for (int i = 0; i < 20; i++) {
            withoutCache.status(token(sid + "-" + i, sub, null));
        }

        await().untilAsserted(() ->
                assertThat(redis.cli().number("ZCARD", KEYS.userSessions(sub))).isLessThanOrEqualTo(1_000));
        assertThat(withoutCache.status(token(sid + "-19", sub, null))).isEqualTo(SessionStatus.LIVE);
    }
}
