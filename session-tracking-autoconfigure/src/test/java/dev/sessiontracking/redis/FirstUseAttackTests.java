// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.testkit.Topologies;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other writers, a full server, and users who authenticate again do to the sessions of an identity provider. */
class FirstUseAttackTests extends FirstUseFixture {

    @AfterEach
    void restore() {
        redis.cli().command("CONFIG", "SET", "maxmemory", "0");
        redis.cli().command("CONFIG", "SET", "min-replicas-to-write", "0");
    }

    /** First on the node that asks the store each time. */
    private static void awaitStatus(TokenSession token, SessionStatus status) {
        List.of(withoutCache, node).forEach(one -> one.awaitStatus(token, status, TestNode.SOON));
    }

    @Test
    void fullServerDoesNotForgetARevocation() {
        node.service.revokeSession(sid);
        withoutCache.status(token(sid + "-2", sub, secondsAgo(9)));
        redis.cli().command("CONFIG", "SET", "maxmemory", "1");
        assertThat(node.service.revokeSession(sid + "-2")).isTrue();
        assertThat(node.service.revokeSession(sid + "-3")).isTrue();

        for (String id : List.of(sid, sid + "-2", sid + "-3")) {
            assertThat(withoutCache.status(token(id, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        }
        try (TestNode late = TestNode.withProvider(redis.url(), "session.tracking.feed.enabled=false")) {
            assertThat(late.status(token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void serverWithoutReplicasDoesNotForgetARevocation() {
        node.service.revokeSession(sid);
        withoutCache.status(token(sid + "-2", sub, secondsAgo(9)));
        redis.cli().command("DEL", KEYS.session(sid + "-2"));
        redis.cli().command("CONFIG", "SET", "min-replicas-to-write", "1");

        assertThat(withoutCache.status(token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        assertThat(withoutCache.status(token(sid + "-2", sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void fullServerDoesNotForgetThatAnotherWriterHasRemovedASession() {
        withoutCache.status(token(sid, sub, secondsAgo(9)));
        redis.cli().command("DEL", KEYS.session(sid));
        redis.cli().command("CONFIG", "SET", "maxmemory", "1");

        assertThat(withoutCache.status(token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
    }

    @Test
    void indexOfAnotherTypeDoesNotHideARevocation() {
        node.service.revokeSession(sid);
        redis.cli().command("SET", KEYS.userSessions(sub), "garbage");

        assertThat(withoutCache.status(token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
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

        assertThat(withoutCache.status(token(sid, sub, secondsAgo(9)))).isEqualTo(SessionStatus.ENDED);
        awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.ENDED);
        awaitStatus(token(sid, sub, null), SessionStatus.ENDED);
        node.service.revokeSession(sid);
        withoutCache.service.revokeSession(sid);
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
            withoutCache.status(token(id, sub, secondsAgo(9)));
            redis.cli().command("SET", KEYS.sessionState(id), state);

            assertThat(withoutCache.status(token(id, sub, secondsAgo(9)))).isNotEqualTo(SessionStatus.UNKNOWN);
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
        try (TestNode brief = TestNode.withProvider(redis.url(), "session.tracking.ttl=1m")) {
            brief.awaitStatus(token(sid, sub, secondsAgo(9)), SessionStatus.LIVE);
            brief.service.renewSession(sid);
        }

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
        assertThat(withoutCache.service.getUserSessions(sub)).isEmpty();
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

        assertThat(withoutCache.service.revokeSession(sid)).isTrue();

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
                assertThat(two.status(token)).isEqualTo(SessionStatus.ENDED);
                assertThat(two.status(second)).isEqualTo(SessionStatus.LIVE);

                assertThat(one.service.revokeAllUserSessions("{cluster}-" + i).count())
                        .isEqualTo(1);

                assertThat(two.status(second)).isEqualTo(SessionStatus.ENDED);
                assertThat(two.status(token("cluster-" + i, "{cluster}-" + i, secondsAgo(-2))))
                        .isEqualTo(SessionStatus.ENDED);
                assertThat(two.status(token("second-" + i, "{cluster}-" + i, secondsAgo(-3))))
                        .isEqualTo(SessionStatus.LIVE);
            }
        }
    }
}
