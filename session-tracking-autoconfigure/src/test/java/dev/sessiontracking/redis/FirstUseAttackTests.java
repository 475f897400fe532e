// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.redis.ProviderTokens.secondsAgo;
import static dev.sessiontracking.redis.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.Topologies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other writers, a full server, and users who authenticate again do to the sessions of an identity provider. */
class FirstUseAttackTests {

    private static final RedisKeys KEYS = new RedisKeys("");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static TestNode node;

    private static TestNode alone;

    private static int number;

    private final String sid = "sid-" + ++number;

    private final String sub = "user-" + number;

    @BeforeAll
    static void start() {
        node = TestNode.withProvider(redis.url());
        alone = TestNode.withProvider(
                redis.url(), "session.tracking.near-cache.enabled=false", "session.tracking.ttl=1m");
        await().until(() -> Stream.of(node, alone)
                .allMatch(one -> status(one, token("warm", "warm", secondsAgo(9))) == SessionStatus.LIVE));
    }

    @AfterAll
    static void stop() {
        Stream.of(node, alone).forEach(TestNode::close);
    }

    @AfterEach
    void restore() {
        redis.cli().command("CONFIG", "SET", "maxmemory", "0");
        redis.cli().command("CONFIG", "SET", "min-replicas-to-write", "0");
    }

    private static SessionStatus status(TestNode one, TokenSession token) {
        return one.checker.check(token).status();
    }

    private static void awaitStatus(TokenSession token, SessionStatus status) {
        for (TestNode one : List.of(alone, node)) {
            await().atMost(TestNode.SOON)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .untilAsserted(() -> assertThat(status(one, token))
                            .as(one == alone ? "alone" : "node")
                            .isEqualTo(status));
        }
    }

    @Test
    void fullServerDoesNotForgetARevocation() {
        node.service.revokeSession(sid);
        status(alone, token(sid + "-2", sub, secondsAgo(9)));
        redis.cli().command("CONFIG", "SET", "maxmemory", "1");
        assertThat(node.service.revokeSession(sid + "-2")).isTrue();
        assertThat(node.service.revokeSession(sid + "-3")).isTrue();

        for (String id : List.of(sid, sid + "-2", sid + "-3")) {
            assertThat(status(alone, token(id, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        }
        try (TestNode late = TestNode.withProvider(redis.url(), "session.tracking.feed.enabled=false")) {
            assertThat(status(late, token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void serverWithoutReplicasDoesNotForgetARevocation() {
        node.service.revokeSession(sid);
        status(alone, token(sid + "-2", sub, secondsAgo(9)));
        redis.cli().command("DEL", KEYS.session(sid + "-2"));
        redis.cli().command("CONFIG", "SET", "min-replicas-to-write", "1");

        assertThat(status(alone, token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        assertThat(status(alone, token(sid + "-2", sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void fullServerDoesNotForgetThatAnotherWriterHasRemovedASession() {
        status(alone, token(sid, sub, secondsAgo(9)));
        redis.cli().command("DEL", KEYS.session(sid));
        redis.cli().command("CONFIG", "SET", "maxmemory", "1");

        assertThat(status(alone, token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void indexOfAnotherTypeDoesNotHideARevocation() {
        node.service.revokeSession(sid);
        redis.cli().command("SET", KEYS.userSessions(sub), "garbage");

        assertThat(status(alone, token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "revoked 99999999999999999999",
                "revoked 1000000000000000000",
                "registered 9223372036854775807 9223372036854775807",
                "revoked -5",
                "revoked",
                "",
                "0",
                "registered 1e300 1"
            })
    void garbageInTheStateIsNoError(String state) {
        redis.cli().command("SET", KEYS.sessionState(sid), state);

        assertThat(status(alone, token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitStatus(token(sid, sub, null), SessionStatus.ENDED);
        node.service.revokeSession(sid);
        alone.service.revokeSession(sid);
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
    }

    @Test
    void hugeNumberInTheStateIsNoError() {
        redis.cli().command("SET", KEYS.sessionState(sid), "revoked " + "9".repeat(400));
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        node.service.revokeSession(sid);
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
    }

    @Test
    void garbageInTheStateOfALiveSessionIsNoError() {
        for (String state : List.of("registered 99999999999999999999 0", "registered 1000000000000000000 5", "x")) {
            String id = sid + state.hashCode();
            status(alone, token(id, sub, secondsAgo(9)));
            redis.cli().command("SET", KEYS.sessionState(id), state);

            assertThat(status(alone, token(id, sub, secondsAgo(9)))).isNotEqualTo(SessionStatus.UNKNOWN);
            node.service.revokeSession(id);
            awaitStatus(token(id, sub, secondsAgo(9)), SessionStatus.ENDED);
        }
    }

    @Test
    void stateOfAnotherTypeRefuses() {
        redis.cli().command("RPUSH", KEYS.sessionState(sid), "x");
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        node.service.revokeSession(sid);
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
    }

    @Test
    void keyOfAnotherTypeIsNoSession() {
        redis.cli().command("RPUSH", KEYS.session(sid), "x");
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
    }

    @Test
    void emptyValueIsNoSession() {
        redis.cli().command("SET", KEYS.session(sid), "");
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        redis.cli().command("DEL", KEYS.session(sid));
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
    }

    @Test
    void endlessMarkerOfAnotherWriterLocksNobodyOut() {
        redis.cli().command("SET", KEYS.userState(sub), "9".repeat(17));
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
    }

    @Test
    void renewalNeverShortensTheLifeOfASession() {
        status(alone, token(sid, sub, secondsAgo(9)));

        alone.service.renewSession(sid);

        // Otherwise it would look as if another writer had removed it.
        assertThat(redis.cli().number("PTTL", KEYS.session(sid)))
                .isGreaterThanOrEqualTo(redis.cli().number("PTTL", KEYS.sessionState(sid)));
    }

    @Test
    void userWhoAuthenticatesAgainAfterTheCutoffIsNotLockedOut() {
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
        node.service.revokeAllSessions(Instant.now());

        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitStatus(token(sid, sub, secondsAgo(-3)), SessionStatus.LIVE);
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        assertThat(alone.service.getUserSessions(sub)).isEmpty();
        assertThat(node.service.revokeAllUserSessions(sub).count()).isEqualTo(1);
        awaitStatus(token(sid, sub, secondsAgo(1)), SessionStatus.ENDED);
        // The nodes remember the cut-off otherwise.
        node.service.clearSessionCutoff();
        awaitStatus(token(sid + "-2", sub + "-2", secondsAgo(9)), SessionStatus.LIVE);
    }

    @Test
    void logoutEverywhereThenAuthenticationInTheSameSession() {
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
        // A token of the same session, after a step-up.
        awaitStatus(token(sid, sub, secondsAgo(3)), SessionStatus.LIVE);
        node.service.revokeAllUserSessions(sub);

        awaitStatus(token(sid, sub, secondsAgo(3)), SessionStatus.ENDED);
        awaitStatus(token(sid, sub, secondsAgo(-3)), SessionStatus.LIVE);
        awaitStatus(token(sid, sub, null), SessionStatus.ENDED);
        awaitStatus(token(sid, sub, secondsAgo(3)), SessionStatus.ENDED);
    }

    @Test
    void sessionOfAnotherWriterEndsForGoodAsAnyOther() {
        redis.cli().command("SET", KEYS.session(sid), "{\"userId\":\"" + sub + "\"}", "NX", "EX", "600");
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
        redis.cli().command("SET", KEYS.sessionState(sid), "x".repeat(1_000_000));
        awaitStatus(token(sid, sub, secondsAgo(8)), SessionStatus.LIVE);

        assertThat(alone.service.revokeSession(sid)).isTrue();

        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitStatus(token(sid, sub, null), SessionStatus.ENDED);
        assertThat(redis.cli().number("STRLEN", KEYS.sessionState(sid))).isLessThan(100);
    }

    @Test
    void threeMastersKeepWhatWasRevokedBeforeTheFirstUse() {
        String url = Topologies.cluster().url();
        String[] alone = {"session.tracking.near-cache.enabled=false", "session.tracking.feed.enabled=false"};
        try (TestNode one = TestNode.withProvider(url, alone);
                TestNode two = TestNode.withProvider(url, alone)) {
            for (int i = 0; i < 12; i++) {
                TokenSession token = token("cluster-" + i, "{cluster}-" + i, secondsAgo(9));
                TokenSession second = token("second-" + i, "{cluster}-" + i, secondsAgo(9));
                assertThat(one.service.revokeSession("cluster-" + i)).isTrue();
                assertThat(status(two, token)).isEqualTo(SessionStatus.ENDED);
                assertThat(status(two, second)).isEqualTo(SessionStatus.LIVE);

                assertThat(one.service.revokeAllUserSessions("{cluster}-" + i).count())
                        .isEqualTo(1);

                assertThat(status(two, second)).isEqualTo(SessionStatus.ENDED);
                assertThat(status(two, token("cluster-" + i, "{cluster}-" + i, secondsAgo(-2))))
                        .isEqualTo(SessionStatus.ENDED);
                assertThat(status(two, token("second-" + i, "{cluster}-" + i, secondsAgo(-3))))
                        .isEqualTo(SessionStatus.LIVE);
            }
        }
    }
}
