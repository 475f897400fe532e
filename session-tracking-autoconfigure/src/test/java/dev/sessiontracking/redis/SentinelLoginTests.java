// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.RedisServer;
import dev.sessiontracking.testkit.SentinelTopology;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Sentinels with a password of their own, which is not that of the servers. */
@ExtendWith(OutputCaptureExtension.class)
class SentinelLoginTests {

    private static final String PASSWORD = "session.tracking.sentinel.password=";

    private static final String USERNAME = "session.tracking.sentinel.username=";

    private static final String FIX = "check session.tracking.sentinel.username and session.tracking.sentinel.password";

    private static SentinelTopology servers;

    @BeforeAll
    static void start() {
        servers = SentinelTopology.start(
                List.of("--requirepass", "sekret-of-sentinels"), "--requirepass", "sekret-of-servers");
    }

    @AfterAll
    static void close() {
        servers.close();
    }

    /** A user that may do what a node needs, and nothing else. */
    @BeforeEach
    void limitedUser() {
        servers.sentinels().forEach(sentinel -> limit(sentinel, "sekret-of-user", "+subscribe", "&+switch-master"));
    }

    @AfterEach
    void nothingSecretIsLogged(CapturedOutput output) {
        assertThat(output).doesNotContain("sekret");
    }

    private static void limit(RedisServer sentinel, String password, String... more) {
        sentinel.cli().command("ACL", "SETUSER", "node", "reset", "on", ">" + password, "-@all");
        sentinel.cli().command("ACL", "SETUSER", "node", "+hello", "+ping", "+sentinel|get-master-addr-by-name");
        for (String right : more) {
            sentinel.cli().command("ACL", "SETUSER", "node", right);
        }
    }

    private static long listeners(RedisServer sentinel) {
        return String.valueOf(sentinel.cli().text("CLIENT", "LIST", "TYPE", "pubsub"))
                .lines()
                .filter(client -> client.contains(" sub=1 "))
                .count();
    }

    private static void awaitListeners(long expected) {
        await().atMost(TestNode.PATIENCE)
                .until(() -> servers.sentinels().stream().allMatch(sentinel -> listeners(sentinel) == expected));
    }

    private static void survivesAFailover(TestNode node) {
        String kept = node.login("alice").id();
        String revoked = node.login("alice").id();
        node.awaitCached(kept);
        awaitListeners(1);
        RedisServer before = servers.master();
        await().until(() -> servers.replicas().stream()
                .allMatch(replica -> replica.cli().number("EXISTS", "session:" + revoked) == 1));
        RedisServer master = servers.failOver();
        assertThat(master).isNotSameAs(before);
        node.awaitCached(kept);
        assertThat(node.service.revokeSession(revoked)).isTrue();
        await().atMost(TestNode.PATIENCE).until(() -> master.cli().number("EXISTS", "session:" + revoked) == 0);
        assertThat(master.cli().number("EXISTS", "session:" + kept)).isEqualTo(1);
        servers.awaitReady();
    }

    @Test
    void passwordIsUsedForTheMasterAndForNews() {
        try (TestNode node = TestNode.at(servers.url(), PASSWORD + "sekret-of-sentinels")) {
            survivesAFailover(node);
        }
    }

    @Test
    void userWithTheLeastRightsIsEnough(CapturedOutput output) {
        try (TestNode node = TestNode.at(servers.url(), USERNAME + "node", PASSWORD + "sekret-of-user")) {
            survivesAFailover(node);
        }
        assertThat(output).doesNotContain("session.tracking.sentinel");
    }

    @Test
    void wrongPasswordIsToldWithTheFix(CapturedOutput output) {
        isRefused(output, PASSWORD + "sekret-wrong");
    }

    @Test
    void missingPasswordIsToldWithTheFix(CapturedOutput output) {
        isRefused(output);
    }

    private static void isRefused(CapturedOutput output, String... properties) {
        try (TestNode node = TestNode.at(servers.url(), properties)) {
            assertThat(node.service
                            .createSession("alice", SessionMetadata.none())
                            .tracked())
                    .isFalse();
            assertThat(node.check("any").status()).isEqualTo(SessionStatus.UNKNOWN);
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    node.bean(SessionStore.class).describe().misconfiguration())
                            .isEqualTo("the sentinels rejected the login, " + FIX));
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(output)
                            .contains("Redis is unavailable (no connection to " + url()
                                    + ": the sentinels rejected the login, " + FIX));
            for (RedisServer sentinel : servers.sentinels()) {
                String told = "Sentinel " + sentinel.host() + ":" + sentinel.port() + " rejected the login";
                await().atMost(TestNode.PATIENCE)
                        .untilAsserted(() -> assertThat(output).containsOnlyOnce(told));
            }
        }
    }

    private static String url() {
        return servers.url().replaceFirst("//.*@", "//");
    }

    @Test
    void oneSentinelWithAnotherPasswordIsNamed(CapturedOutput output) {
        RedisServer odd = servers.sentinels().get(0);
        limit(odd, "sekret-other");
        try (TestNode node = TestNode.at(servers.url(), USERNAME + "node", PASSWORD + "sekret-of-user")) {
            node.awaitCached(node.login("alice").id());
            String told = "Sentinel " + odd.host() + ":" + odd.port() + " rejected the login";
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(output).containsOnlyOnce(told));
            assertThat(output).containsOnlyOnce(" rejected the login. ").doesNotContain("Redis is unavailable");
            assertThat(node.bean(SessionStore.class).describe().misconfiguration())
                    .isNull();
        }
    }

    @Test
    void passwordThatIsChangedLaterIsTold(CapturedOutput output) {
        try (TestNode node = TestNode.at(servers.url(), USERNAME + "node", PASSWORD + "sekret-of-user")) {
            node.awaitCached(node.login("alice").id());
            awaitListeners(1);
            RedisServer changed = servers.sentinels().get(1);
            limit(changed, "sekret-new");
            changed.cli().command("CLIENT", "KILL", "USER", "node");
            String told = "Sentinel " + changed.host() + ":" + changed.port() + " rejected the login";
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(output).containsOnlyOnce(told));
            assertThat(output).doesNotContain("Redis is unavailable");
            limitedUser();
            awaitListeners(1);
        }
    }

    @Test
    void missingRightToListenIsTold(CapturedOutput output) {
        servers.sentinels().forEach(sentinel -> limit(sentinel, "sekret-of-user"));
        try (TestNode node = TestNode.at(servers.url(), USERNAME + "node", PASSWORD + "sekret-of-user")) {
            node.awaitCached(node.login("alice").id());
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(output).contains("permissions +subscribe and &+switch-master"));
        }
    }
}
