// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other writers put into sessions and markers gets an answer, and never an unexpected failure. */
class HostileValuesTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.at(
                redis.url(),
                "session.tracking.max-lifetime=3650d",
                "session.tracking.ttl=3650d",
                "session.tracking.limit.sessions-per-user=2");
    }

    @AfterAll
    static void end() {
        node.close();
    }

    @AfterEach
    void empty() {
        redis.cli().command("FLUSHALL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"createdAt\":9223372036854775807",
                "\"createdAt\":\"+999999999-12-31T23:59:59Z\"",
                "\"createdAt\":253402300799999",
                "\"createdAt\":\"0000-01-01T00:00:00Z\"",
                "\"createdAt\":253402300799999,\"maxExpiresAt\":253402300799999",
                "\"maxExpiresAt\":9223372036854775807",
                "\"maxExpiresAt\":\"9999-12-31T23:59:59Z\"",
                "\"maxExpiresAt\":-1",
                "\"maxExpiresAt\":\"1970-01-01T00:00:00Z\"",
                "\"lastUsedAt\":1e99",
                "\"expiresAt\":1e99",
                "\"expiresAt\":-9223372036854775808",
                "\"rotation\":\"9223372036854775807@9223372036854775807\"",
                "\"rotation\":\"99999999999999999999@1\"",
                "\"rotation\":\"-1@-1\"",
                "\"rotation\":\"@\"",
                "\"rotation\":[1]",
                "\"rotation\":null"
            })
    void sessionOfAnotherWriterIsRefreshedOrHasEnded(String fields) {
        String value = "{\"userId\":\"alice\"," + fields + "}";
        redis.cli().command("SET", "session:hostile", value, "EX", "600");
        redis.cli().command("ZADD", "user_sessions:alice", "99999999999999", "hostile");
        UserSession own = node.login("alice");

        assertThatCode(() -> node.service.findSession("hostile")).doesNotThrowAnyException();
        assertThat(node.service.getUserSessions("alice"))
                .extracting(UserSession::id)
                .contains(own.id());
        for (long generation : new long[] {0, 1, 1_000_000_000_000L}) {
            Map<String, Object> claims =
                    new HashMap<>(Map.of("sub", "alice", "sid", "hostile", "token_use", "refresh"));
            claims.put("srt", generation);
            claims.put("exp", Instant.now().plusSeconds(60));
            try {
                TokenGrant grant = node.tokens().refresh(claims, SessionMetadata.none());
                assertThat(grant.session().expiresAt()).isAfter(Instant.now());
                assertThat(redis.cli().number("PTTL", "session:hostile")).isPositive();
            } catch (SessionEndedException ended) {
                assertThat(ended).hasMessageContaining("session");
            }
        }
        node.login("alice");
        assertThat(node.service.revokeAllUserSessions("alice").pending()).isFalse();
        assertThat(redis.cli().number("EXISTS", "session:hostile")).isZero();
    }

    /** In an index, another writer names what belongs to somebody else, is no session, or is no id. */
    @Test
    void indexOfAnotherWriterEndsNobodyElse() {
        UserSession bobs = node.login("bob");
        String[] members = {bobs.id(), " " + bobs.id(), " ", "", "  x", "\u0000", "x".repeat(10_000)};
        for (String member : members) {
            redis.cli().command("ZADD", "user_sessions:alice", "99999999999999", member);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(node.login("alice").tracked()).isTrue();
        }
        assertThat(node.service.getUserSessions("alice")).hasSize(2);
        assertThat(node.service.findSession(bobs.id())).isPresent();
    }

    /** As after the limit was lowered. Each of them is ended before the login returns. */
    @Test
    void loginEndsHundredsOfSessionsBeyondTheLimit() {
        List<String> values = new ArrayList<>(List.of("MSET"));
        List<String> entries = new ArrayList<>(List.of("ZADD", "user_sessions:alice"));
        for (int i = 0; i < 300; i++) {
            values.addAll(
                    List.of("session:s" + i, "{\"userId\":\"alice\",\"createdAt\":" + (1_764_000_000_000L + i) + "}"));
            entries.addAll(List.of("99999999999999", "s" + i));
        }
        redis.cli().command(values.toArray(String[]::new));
        redis.cli().command(entries.toArray(String[]::new));
        String own = node.login("alice").id();
        assertThat(node.service.getUserSessions("alice"))
                .extracting(UserSession::id)
                .contains(own)
                .hasSize(2);
        assertThat(redis.cli().number("ZCARD", "user_sessions:alice")).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "1e3",
                "0x10",
                "9e99",
                "18446744073709551616",
                "5  7",
                "5 x 99999999999999999999",
                "{}",
                "",
                "\n1"
            })
    void markerOfAnotherWriterLocksNobodyOut(String marker) {
        for (String user : new String[] {"", "alice"}) {
            redis.cli().command("SET", "user_state:{user_sessions:" + user + "}", marker);
        }
        UserSession session = node.login("alice");
        node.awaitCached(session.id());
        assertThat(node.service.renewSession(session.id())).hasToString("RENEWED");
        assertThatCode(() -> node.service.getSessionCutoff()).doesNotThrowAnyException();
        assertThat(node.service.revokeAllUserSessions("alice").count()).isEqualTo(1);
        assertThat(node.login("alice").tracked()).isTrue();
    }
}
