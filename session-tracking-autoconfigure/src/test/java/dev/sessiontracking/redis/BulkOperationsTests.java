// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A user with thousands of sessions, who lists and revokes them as fast as possible. */
class BulkOperationsTests {

    private static final int CLIENTS = 16;

    private static final int SESSIONS = 8_000;

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    private TestNode node;

    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);

    @BeforeEach
    void start() {
        node = TestNode.at(redis.url());
    }

    @AfterEach
    void close() {
        clients.shutdownNow();
        node.close();
    }

    private static void fill(String userId, int sessions) {
        Instant now = Instant.now();
        List<String> values = new ArrayList<>(List.of("MSET"));
        List<String> entries = new ArrayList<>(List.of("ZADD", "user_sessions:" + userId));
        for (int i = 0; i < sessions; i++) {
            String id = userId + "-" + i;
            values.add("session:" + id);
            values.add("{\"userId\":\"" + userId + "\",\"ip\":\"203.0.113.7\",\"userAgent\":\"Firefox on Linux\","
                    + "\"createdAt\":\"" + now.plusMillis(i) + "\",\"expiresAt\":\"" + now.plusSeconds(86_400) + "\"}");
            entries.add(String.valueOf(now.plusSeconds(86_400).toEpochMilli() + i));
            entries.add(id);
        }
        redis.cli().command(values.toArray(String[]::new));
        redis.cli().command(entries.toArray(String[]::new));
    }

    @Test
    void listingThousandsOfSessionsIsNoOutageForOthers() throws Exception {
        fill("mallory", SESSIONS);
        UserSession alice = node.login("alice");
        UserSession bob = node.login("bob");
        node.awaitCached(alice.id());
        node.awaitCached(bob.id());
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger lists = new AtomicInteger();
        List<CompletableFuture<?>> listing = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            listing.add(CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            if (node.service.getUserSessions("mallory").size() == SessionService.MAX_LISTED_SESSIONS) {
                                lists.incrementAndGet();
                            }
                        }
                    },
                    clients));
        }
        long removed = 0;
        int accepted = 0;
        int checks = 0;
        int unverified = 0;
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (System.nanoTime() < end) {
            SessionStatus others = node.check(alice.id()).status();
            SessionStatus bobs = node.check(bob.id()).status();
            boolean isStale = removed != 0
                    && System.nanoTime() - removed > Duration.ofMillis(700).toNanos();
            checks++;
            accepted += isStale && bobs == SessionStatus.LIVE ? 1 : 0;
            unverified += others == SessionStatus.UNKNOWN || bobs == SessionStatus.UNKNOWN ? 1 : 0;
            if (removed == 0 && end - System.nanoTime() < Duration.ofSeconds(3).toNanos()) {
                redis.cli().command("DEL", "session:" + bob.id());
                removed = System.nanoTime();
            }
            Thread.sleep(2);
        }
        node.login("carol");
        over.set(true);
        CompletableFuture.allOf(listing.toArray(CompletableFuture[]::new)).join();
        assertThat(lists.get()).isGreaterThan(CLIENTS);
        assertThat(accepted).isZero();
        // An overloaded machine may let a check wait too long.
        assertThat(unverified).isLessThanOrEqualTo(checks / 100);
        assertThat(node.bean(SessionTracking.class).outages()).isZero();
    }

    @Test
    void revocationOfThousandsOfSessionsEndsThemAll() {
        fill("mallory", SESSIONS);
        assertThat(node.service.revokeAllUserSessions("mallory").count()).isEqualTo(SESSIONS);
        assertThat(redis.cli().number("EXISTS", "user_sessions:mallory")).isZero();
        assertThat(node.bean(SessionTracking.class).outages()).isZero();
    }

    @Test
    void revocationOfAllOthersSparesOne() {
        fill("mallory", 3_000);
        assertThat(node.service
                        .revokeOtherUserSessions("mallory", "mallory-1500")
                        .count())
                .isEqualTo(2_999);
        assertThat(redis.cli().texts("ZRANGE", "user_sessions:mallory", "0", "-1"))
                .containsExactly("mallory-1500");
    }

    @Test
    void newestSessionsAreListed() {
        fill("mallory", 3_000);
        assertThat(node.service.getUserSessions("mallory"))
                .hasSize(SessionService.MAX_LISTED_SESSIONS)
                .first()
                .extracting(UserSession::id)
                .isEqualTo("mallory-2999");
    }

    @Test
    void sessionsBehindManyStaleEntriesAreListedAndRevoked() {
        fill("mallory", 3_000);
        for (int i = 100; i < 3_000; i += 100) {
            List<String> gone = new ArrayList<>(List.of("DEL"));
            for (int j = i; j < i + 100; j++) {
                gone.add("session:mallory-" + j);
            }
            redis.cli().command(gone.toArray(String[]::new));
        }
        assertThat(node.service.getUserSessions("mallory")).hasSize(100);
        assertThat(node.service.revokeAllUserSessions("mallory").count()).isEqualTo(100);
        assertThat(node.service.getUserSessions("mallory")).isEmpty();
    }

    @Test
    void timeoutsOfOperationsOnManyKeysAreNoOutage() {
        try (ScriptedRedisServer server = new ScriptedRedisServer();
                TestNode other = TestNode.at(server.url(), "session.tracking.near-cache.enabled=false")) {
            server.put("session:a", "{}");
            await().atMost(TestNode.PATIENCE).until(() -> other.check("a").status() == SessionStatus.LIVE);
            server.script((client, command) -> switch (command.get(0)) {
                case "ZRANGE" -> List.of("*1\r\n" + ScriptedRedisServer.bulk("a"));
                case "MGET" -> List.of();
                default -> null;
            });
            List<CompletableFuture<?>> listing = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                listing.add(CompletableFuture.runAsync(() -> other.service.getUserSessions("mallory"), clients));
            }
            CompletableFuture<?> all = CompletableFuture.allOf(listing.toArray(CompletableFuture[]::new));
            while (!all.isDone()) {
                assertThat(other.check("a").status()).isEqualTo(SessionStatus.LIVE);
            }
            assertThat(server.count("MGET")).isPositive();
            assertThat(other.bean(SessionTracking.class).outages()).isZero();
        }
    }
}
