// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ProviderTokens.secondsAgo;
import static dev.sessiontracking.testkit.ProviderTokens.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.core.SessionChecker.TokenSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** First uses that Redis cannot record, or must not. */
class FirstUseOutageTests {

    private static final RedisKeys KEYS = new RedisKeys("");

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void firstUseInAnOutageIsUnverifiedAndRecordedLater() {
        try (TestNode node = TestNode.withProvider(redis.url())) {
            node.awaitStatus(token("other", "bob", secondsAgo(9)), SessionStatus.LIVE);
            TokenSession token = token("sid", "alice", secondsAgo(9));
            redis.server().freeze();
            try {
                assertThat(node.checker.check(token)).isEqualTo(Result.UNVERIFIED);
            } finally {
                redis.server().thaw();
            }

            node.awaitStatus(token, SessionStatus.LIVE);
            assertThat(node.service.getUserSessions("alice")).hasSize(1);
        }
    }

    @Test
    void revocationInAnOutageHoldsForASessionThatNobodyHasSeen() {
        try (TestNode node = TestNode.withProvider(redis.url());
                TestNode other = TestNode.withProvider(redis.url())) {
            node.awaitStatus(token("other", "bob", secondsAgo(9)), SessionStatus.LIVE);
            other.awaitStatus(token("other", "bob", secondsAgo(9)), SessionStatus.LIVE);
            TokenSession token = token("sid", "alice", secondsAgo(9));
            redis.server().freeze();
            try {
                await().atMost(TestNode.PATIENCE).until(() -> node.checker.check(token) == Result.UNVERIFIED);
                assertThat(node.service.revokeSession("sid")).isTrue();
                assertThat(node.checker.check(token)).isEqualTo(Result.ENDED_BY_DENYLIST);
                // The user has logged in since then, but the store cannot know of the revocation.
                assertThat(node.checker.check(token("sid", "alice", secondsAgo(-5))))
                        .isEqualTo(Result.ENDED_BY_DENYLIST);
            } finally {
                redis.server().thaw();
            }

            await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
            await().atMost(TestNode.PATIENCE).until(() -> other.status(token) != SessionStatus.UNKNOWN);
            assertThat(other.status(token)).isEqualTo(SessionStatus.ENDED);
            assertThat(node.status(token)).isEqualTo(SessionStatus.ENDED);
            other.awaitStatus(token("sid", "alice", secondsAgo(-120)), SessionStatus.LIVE);
        }
    }

    @Test
    void revokedSessionsAreNotRecordedAgainByTheRecoveryFromAnOutage() {
        try (TestNode node = TestNode.withProvider(redis.url())) {
            TokenSession token = token("sid", "alice", secondsAgo(9));
            node.awaitStatus(token, SessionStatus.LIVE);
            node.service.revokeSession("sid");
            TokenSession again = token("sid", "alice", secondsAgo(-2));
            node.awaitStatus(again, SessionStatus.LIVE);
            redis.server().freeze();
            try {
                await().atMost(TestNode.PATIENCE)
                        .until(() -> node.checker.check(token("x", "alice", secondsAgo(1))) == Result.UNVERIFIED);
            } finally {
                redis.server().thaw();
            }

            // The node reapplies the first revocation, which the new beginning is later than.
            node.awaitStatus(token("x", "alice", secondsAgo(1)), SessionStatus.LIVE);
            node.awaitStatus(again, SessionStatus.LIVE);
            assertThat(redis.cli().number("EXISTS", KEYS.session("sid"))).isEqualTo(1);
            node.awaitStatus(token, SessionStatus.ENDED);
        }
    }

    @Test
    void reappliedRevocationKeepsASessionFromBeingRecordedAfterALossOfData() {
        try (TestNode node = TestNode.withProvider(redis.url());
                TestNode other = TestNode.withProvider(redis.url(), "session.tracking.near-cache.enabled=false")) {
            TokenSession token = token("sid", "alice", secondsAgo(9));
            node.awaitStatus(token, SessionStatus.LIVE);
            node.service.revokeSession("sid");
            redis.server().restartEmpty();

            node.awaitStatus(token("x", "alice", secondsAgo(1)), SessionStatus.LIVE);
            await().atMost(TestNode.PATIENCE).until(() -> redis.cli().number("EXISTS", KEYS.sessionState("sid")) == 1);
            other.awaitStatus(token("y", "alice", secondsAgo(1)), SessionStatus.LIVE);
            await().atMost(TestNode.PATIENCE).until(() -> other.status(token) != SessionStatus.UNKNOWN);
            assertThat(other.status(token)).isEqualTo(SessionStatus.ENDED);
        }
    }

    @Test
    void nothingIsRecordedOnAServerThatEvictsKeys() {
        redis.cli().command("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
        try (TestNode node = TestNode.withProvider(redis.url());
                TestNode rejecting = TestNode.withProvider(redis.url(), "session.tracking.outage-policy=reject");
                TestNode explicit = TestNode.at(redis.url())) {
            explicit.login("bob");
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.bean(SessionTracking.class).state().misconfiguration() != null);
            TokenSession token = token("sid", "alice", secondsAgo(9));

            for (TestNode one : List.of(node, rejecting)) {
                one.awaitStatus(token, SessionStatus.UNKNOWN);
                assertThat(one.bean(SessionTracking.class).state().misconfiguration())
                        .contains("maxmemory-policy noeviction");
            }
            assertThat(redis.cli().number("EXISTS", KEYS.session("sid"))).isZero();
            assertThat(explicit.bean(SessionTracking.class).state().misconfiguration())
                    .isNull();
            assertThat(node.service.revokeSession("sid")).isTrue();
            assertThat(node.status(token)).isEqualTo(SessionStatus.ENDED);
        } finally {
            redis.cli().command("CONFIG", "SET", "maxmemory-policy", "noeviction");
        }
    }

    @Test
    void nothingIsRecordedWithoutThePermissionForStates() {
        redis.cli()
                .command(
                        "ACL",
                        "SETUSER",
                        "limited",
                        "on",
                        ">secret",
                        "+@all",
                        "~session:*",
                        "~user_sessions:*",
                        "~user_state:*",
                        "~session_revocations");
        try (TestNode node = TestNode.withProvider(redis.url().replace("redis://", "redis://limited:secret@"))) {
            TokenSession token = token("sid", "alice", secondsAgo(9));

            node.awaitStatus(token, SessionStatus.UNKNOWN);
            node.awaitStatus(token, SessionStatus.UNKNOWN);
            assertThat(redis.cli().number("EXISTS", KEYS.session("sid"))).isZero();
            assertThat(node.bean(SessionTracking.class).state().misconfiguration())
                    .isNotNull();
        } finally {
            redis.cli().command("ACL", "DELUSER", "limited");
        }
    }

    @Test
    void revocationThatIsNotConfirmedUnderRejectIsEnforcedHere() {
        try (TestNode node = TestNode.withProvider(redis.url(), "session.tracking.outage-policy=reject")) {
            TokenSession token = token("sid", "alice", secondsAgo(9));
            node.awaitStatus(token("x", "alice", secondsAgo(1)), SessionStatus.LIVE);
            redis.server().freeze();
            try {
                assertThatExceptionOfType(SessionStoreUnavailableException.class)
                        .isThrownBy(() -> node.service.revokeSession("sid"));
                assertThat(node.checker.check(token)).isEqualTo(Result.ENDED_BY_DENYLIST);
            } finally {
                redis.server().thaw();
            }
            await().atMost(TestNode.PATIENCE).until(() -> node.pendingRevocations() == 0);
            assertThat(redis.cli().text("GET", KEYS.sessionState("sid"))).startsWith("revoked ");
        }
    }
}
