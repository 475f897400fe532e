// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.FaultProxy;
import dev.sessiontracking.testkit.FaultProxy.Direction;
import dev.sessiontracking.testkit.RedisErrorException;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the nodes of an application say of why a session has ended, and what it costs. */
class EndReasonNodeTests {

    private static final Pattern GETS = Pattern.compile("cmdstat_get:calls=(\\d+)");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private FaultProxy network;

    private TestNode node;

    private TestNode other;

    @BeforeEach
    void twoNodes() {
        network = FaultProxy.inFrontOf(redis.server());
        node = TestNode.at(network.url(), "session.tracking.command-timeout=1s");
        other = TestNode.at(redis.url(), "session.tracking.command-timeout=5s");
    }

    @AfterEach
    void close() {
        node.close();
        other.close();
        network.close();
        redis.cli().command("CONFIG", "SET", "maxmemory", "0");
    }

    private static Optional<String> reason(TestNode at, String id) {
        return at.checker
                .endReason(TokenSession.of(id))
                .toCompletableFuture()
                .join()
                .map(SessionEndReason::code);
    }

    private static void assertEnded(TestNode at, TokenGrant grant, SessionEndReason reason) {
        assertThatExceptionOfType(SessionEndedException.class)
                .isThrownBy(() -> at.refresh(grant))
                .satisfies(ended -> assertThat(ended.reason()).contains(reason))
                .withMessage(reason.description());
    }

    /** However busy the machine is. */
    private static TokenGrant login(TestNode at, String userId) {
        return await().atMost(TestNode.PATIENCE)
                .until(
                        () -> at.tokens().login(userId, SessionMetadata.none()),
                        grant -> grant.session().tracked());
    }

    private static long gets() {
        Matcher gets = GETS.matcher((String) redis.cli().command("INFO", "commandstats"));
        return gets.find() ? Long.parseLong(gets.group(1)) : 0;
    }

    @Test
    void bothNodesKnowTheReasonOfALogout() {
        TokenGrant grant = login(node, "alice");
        String id = grant.session().id();
        other.awaitCached(id);
        node.tokens().logout(grant.accessClaims());

        assertThat(reason(node, id)).contains("logout");
        other.awaitAnswer(id, Result.ENDED_BY_DENYLIST);
        assertThat(reason(other, id)).contains("logout");
        assertEnded(node, grant, SessionEndReason.LOGOUT);
        assertEnded(other, grant, SessionEndReason.LOGOUT);
    }

    @Test
    void reasonIsReadOnceAndThenCached() {
        String id = node.login("alice").id();
        node.service.revokeSession(id, SessionEndReason.ADMINISTRATOR);
        other.awaitCached(other.login("bob").id());
        assertThat(reason(other, id)).contains("administrator");
        // The near cache renews its lease with GET, too. So a few more may come, but not one for each question.
        long asked = gets();
        for (int i = 0; i < 1_000; i++) {
            assertThat(reason(other, id)).contains("administrator");
        }
        assertThat(gets() - asked).isLessThan(100);
    }

    @Test
    void pendingRevocationKeepsItsReason() {
        TokenGrant one = login(node, "alice");
        TokenGrant all = login(node, "bob");
        network.drop(Direction.TO_SERVER, Direction.TO_CLIENT);
        node.service.revokeSession(one.session().id(), SessionEndReason.ADMINISTRATOR);
        node.service.revokeAllUserSessions("bob", SessionEndReason.CREDENTIALS_CHANGED);
        assertThat(node.pendingRevocations()).isEqualTo(2);
        assertEnded(node, one, SessionEndReason.ADMINISTRATOR);
        assertEnded(node, all, SessionEndReason.CREDENTIALS_CHANGED);
        network.heal();
        await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
        assertEnded(other, one, SessionEndReason.ADMINISTRATOR);
        assertEnded(other, all, SessionEndReason.CREDENTIALS_CHANGED);
    }

    /** Whoever presents the token again may be the thief or the owner: neither learns that this was noticed. */
    @Test
    void reuseOfATokenIsTheSameToBoth() {
        TokenGrant stolen = login(node, "alice");
        TokenGrant owner = node.refresh(stolen);
        owner = other.refresh(owner);
        assertEnded(node, stolen, SessionEndReason.REVOKED);
        assertEnded(node, owner, SessionEndReason.REVOKED);
        assertEnded(other, stolen, SessionEndReason.REVOKED);
        assertEnded(other, owner, SessionEndReason.REVOKED);
        assertThat(redis.cli()
                        .command(
                                "GET",
                                new RedisKeys("").sessionState(owner.session().id())))
                .isEqualTo("token_reused");
    }

    @Test
    void cachedSessionThatExpiresSaysSo() {
        String id = other.tokens()
                .login("alice", SessionMetadata.none(), Duration.ofSeconds(2))
                .session()
                .id();
        other.awaitCached(id);
        other.awaitAnswer(id, Result.ENDED_BY_CACHE);
        assertThat(reason(other, id)).contains("expired");
    }

    @Test
    void revocationWorksWhenRedisIsOutOfMemory() {
        String id = node.login("alice").id();
        String second = node.login("alice").id();
        redis.cli().command("CONFIG", "SET", "maxmemory-policy", "noeviction");
        redis.cli().command("CONFIG", "SET", "maxmemory", "1");
        assertThatExceptionOfType(RedisErrorException.class)
                .isThrownBy(() -> redis.cli().command("SET", "probe", "1"))
                .withMessageContaining("OOM");
        assertThat(node.service.revokeSession(id, SessionEndReason.LOGOUT)).isTrue();
        assertThat(node.pendingRevocations()).isZero();
        assertThat(redis.cli().command("EXISTS", "session:" + id)).isEqualTo(0L);
        assertThat(reason(other, id)).contains("logout");
        assertThat(redis.cli().command("EXISTS", "session:" + second)).isEqualTo(1L);
    }

    @Test
    void outageHasNoReasonAndNoException() {
        String id = node.login("alice").id();
        node.service.revokeSession(id);
        try (TestNode cut = TestNode.at(network.url())) {
            network.drop(Direction.TO_SERVER);
            assertThat(reason(cut, id)).isEmpty();
        }
    }
}
