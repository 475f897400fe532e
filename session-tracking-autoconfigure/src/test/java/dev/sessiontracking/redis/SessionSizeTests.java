// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How much of the server's memory a session takes, index entry included: the figures of docs/operating.md. */
@Tag("full")
class SessionSizeTests {

    private static final int SESSIONS = 20_000;

    private static final Duration TTL = Duration.ofDays(7);

    private static final String BROWSER =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
                    + " Chrome/126.0.0.0 Safari/537.36";

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void whatIsKeptOfAClientDecidesASessionsSize() {
        RedisProperties properties =
                new RedisProperties(redis.url(), "", Duration.ofSeconds(5), Duration.ofSeconds(30), UserIndexType.ZSET);
        RedisConnector connector = new RedisConnector(RedisUrl.parse(redis.url()), properties);
        RedisLink link = new RedisLink(connector, new RedisKeys("").heartbeat());
        try {
            link.connect();
            link.awaitFirstAttempt();
            RedisSessionStore store =
                    new RedisSessionStore(link, new RedisKeys(""), UserIndexType.ZSET, null, Clock.systemUTC());
            long everything = bytesEach(store, "kept, kept", "203.0.113.%d", BROWSER);
            bytesEach(store, "truncated, kept", "203.0.113.0", BROWSER);
            bytesEach(store, "dropped, kept", null, BROWSER);
            bytesEach(store, "kept, dropped", "203.0.113.%d", null);
            bytesEach(store, "truncated, dropped", "203.0.113.0", null);
            long nothing = bytesEach(store, "dropped, dropped", null, null);
            assertThat(nothing).isBetween(200L, 800L);
            assertThat(everything).isBetween(nothing + 100, 1_000L);
        } finally {
            link.close();
            connector.close();
        }
    }

    /** A user with one session each, which is the dearest case: an index of its own for each session. */
    private static long bytesEach(RedisSessionStore store, String what, String ip, String userAgent) {
        redis.cli().command("FLUSHALL", "SYNC");
        long before = usedMemory();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        List<CompletableFuture<?>> written = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            SessionMetadata metadata = SessionMetadata.of(ip == null ? null : String.format(ip, i % 256), userAgent);
            UserSession session = new UserSession(
                    SessionIds.generate(), String.format("user-%08d", i), metadata, now, now.plus(TTL), true);
            written.add(store.create(session, TTL).toCompletableFuture());
            if (written.size() == 500) {
                CompletableFuture.allOf(written.toArray(CompletableFuture[]::new))
                        .join();
                written.clear();
            }
        }
        CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).join();
        long each = (usedMemory() - before) / SESSIONS;
        System.out.println("Bytes per session, address and User-Agent " + what + ": " + each);
        return each;
    }

    private static long usedMemory() {
        return Long.parseLong(redis.cli().info("used_memory"));
    }
}
