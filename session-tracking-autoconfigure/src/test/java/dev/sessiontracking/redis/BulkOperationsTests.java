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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BulkOperationsTests extends BulkOperations {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Override
    String url() {
        return redis.url();
    }

    @Override
    int sessions() {
        return 8_000;
    }

    @Override
    @Nullable
    Object command(String... words) {
        return redis.cli().command(words);
    }

    @Override
    void set(Map<String, String> values) {
        List<String> words = new ArrayList<>(List.of("MSET"));
        values.forEach((key, value) -> words.addAll(List.of(key, value)));
        redis.cli().command(words.toArray(String[]::new));
    }

    @Test
    void revocationOfAllOthersSparesOne() {
        fill("mallory", 3_000);
        assertThat(node.service
                        .revokeOtherUserSessions("mallory", "mallory-1500")
                        .count())
                .isEqualTo(2_999);
        assertThat(command("ZRANGE", "user_sessions:mallory", "0", "-1")).isEqualTo(List.of("mallory-1500"));
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
        command(Stream.concat(Stream.of("DEL"), IntStream.range(100, 3_000).mapToObj(i -> "session:mallory-" + i))
                .toArray(String[]::new));
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
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(server.count("MGET")).isPositive();
            assertThat(other.bean(SessionTracking.class).outages()).isZero();
        }
    }
}
