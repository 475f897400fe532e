// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.RedisServer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the near cache must do wherever the sessions are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FleetNearCacheContractTests {

    private static final int SESSIONS = 12;

    private static final int CHECKS = 20_000;

    private TestNode node;

    private TestNode other;

    abstract String url();

    /** Who holds a session's key at present. */
    abstract RedisServer serverOf(String key);

    abstract List<RedisServer> masters();

    @BeforeAll
    void connect() {
        node = TestNode.at(url());
        other = TestNode.at(url());
        other.login("nobody");
    }

    @AfterAll
    void close() {
        node.close();
        other.close();
    }

    private List<String> cachedSessions() {
        List<String> ids = IntStream.range(0, SESSIONS)
                .mapToObj(i -> node.login("alice").id())
                .toList();
        ids.forEach(node::awaitCached);
        return ids;
    }

    @Test
    void cachedChecksSendNoCommand() {
        List<String> ids = cachedSessions();
        masters().forEach(master -> master.cli().resetStats());
        for (int i = 0; i < CHECKS; i++) {
            node.check(ids.get(i % SESSIONS));
        }
        long commands = masters().stream()
                .flatMap(master -> master.cli().commandCounts().values().stream())
                .mapToLong(Long::longValue)
                .sum();
        // Proofs and canaries, whose number depends on time and not on checks.
        assertThat(commands).isLessThan(CHECKS / 100);
    }

    @Test
    void aDeleteByHandIsRefusedWhereverTheSessionIs() {
        for (String id : cachedSessions()) {
            assertThat(serverOf("session:" + id).cli().number("DEL", "session:" + id))
                    .isEqualTo(1);
            awaitEnded(node, id);
        }
    }

    @Test
    void aRevocationByAnotherNodeIsRefused() {
        for (String id : cachedSessions()) {
            assertThat(other.service.revokeSession(id)).isTrue();
            awaitEnded(node, id);
        }
    }

    @Test
    void aFlushOfOneServerIsSeen() {
        List<String> ids = cachedSessions();
        RedisServer flushed = serverOf("session:" + ids.get(0));
        List<String> gone =
                ids.stream().filter(id -> serverOf("session:" + id) == flushed).toList();
        flushed.cli().command("FLUSHALL");
        gone.forEach(id -> awaitEnded(node, id));
        assertThat(ids.stream().filter(id -> !gone.contains(id)))
                .allSatisfy(id -> assertThat(node.check(id).status()).isEqualTo(SessionStatus.LIVE));
    }

    @Test
    void namespacesAreApartInTheCacheToo() {
        try (TestNode shop = TestNode.at(url(), "session.tracking.key-prefix=shop:");
                TestNode bank = TestNode.at(url(), "session.tracking.key-prefix=bank:")) {
            for (int i = 0; i < SESSIONS; i++) {
                String id = shop.login("alice").id();
                await().until(() -> bank.login("nobody").tracked());
                assertThat(bank.check(id).status()).isEqualTo(SessionStatus.ENDED);
                shop.awaitCached(id);
                UserSession same = bank.service.createSession("bob", id, SessionMetadata.none());
                assertThat(same.tracked()).isTrue();
                bank.awaitCached(id);
                bank.service.revokeSession(id);
                assertThat(shop.check(id).status()).isEqualTo(SessionStatus.LIVE);
                serverOf("shop:session:" + id).cli().command("DEL", "shop:session:" + id);
                awaitEnded(shop, id);
            }
        }
    }

    static void awaitEnded(TestNode node, String id) {
        await().atMost(TestNode.PATIENCE)
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(2))
                .until(() -> node.check(id).status() == SessionStatus.ENDED);
    }
}
