// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.redis.connection.RedisConnector;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.RedisUrl;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.spi.StoreListener;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The first connection: how long a start waits for it, and which failed attempts are worth a warning. */
class FirstConnectTests {

    private static final RedisProperties PROPERTIES =
            new RedisProperties(null, "", Duration.ofSeconds(2), Duration.ofSeconds(2), UserIndexType.ZSET);

    /** The first attempt of a small machine may be too slow because it loads the client's classes. */
    @Test
    void slowFirstAttemptIsNoFailure() throws Exception {
        assertThat(failuresWhenSilentFor(1)).isEmpty();
    }

    @Test
    void secondSlowAttemptIsOne() throws Exception {
        assertThat(failuresWhenSilentFor(2)).hasSize(1);
    }

    private static List<Throwable> failuresWhenSilentFor(int handshakes) throws Exception {
        AtomicInteger left = new AtomicInteger(handshakes);
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        try (ScriptedRedisServer server = new ScriptedRedisServer();
                RedisConnector connector = new RedisConnector(RedisUrl.parse(server.url()), PROPERTIES)) {
            server.script((client, command) ->
                    command.get(0).equals("HELLO") && left.getAndDecrement() > 0 ? List.of() : null);
            connector.connect(failures::add).get(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        return failures;
    }

    /** Whatever the timeouts are. The start of an application waits for nothing; it was up to seven seconds. */
    @Test
    void firstRequestsWaitForTwoSecondsAtMost() {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.script((client, command) -> List.of());
            RedisProperties patient =
                    new RedisProperties(null, "", Duration.ofSeconds(60), Duration.ofSeconds(60), UserIndexType.ZSET);
            try (RedisConnector connector = new RedisConnector(RedisUrl.parse(server.url()), patient);
                    RedisLink link = new RedisLink(connector, "heartbeat")) {
                link.connect();
                long before = System.nanoTime();
                link.awaitFirstAttempt();
                assertThat(Duration.ofNanos(System.nanoTime() - before))
                        .isBetween(Duration.ofMillis(1_500), TestNode.PATIENCE);
                assertThat(link.isOpenForRequests()).isFalse();
            }
        }
    }

    /** A node that loads its client on a busy machine is as silent as a server that hangs. Only the latter is an outage. */
    @Test
    void nodeThatIsSlowToConnectWaitsWhileTheServerAnswers() {
        CountDownLatch loaded = new CountDownLatch(1);
        try (ScriptedRedisServer server = new ScriptedRedisServer();
                RedisConnector connector = new RedisConnector(RedisUrl.parse(server.url()), PROPERTIES);
                RedisLink link = new RedisLink(connector, "heartbeat")) {
            server.put("session:live", "{}");
            server.script((client, command) -> {
                if (command.get(0).equals("HELLO")) {
                    awaitOpen(loaded);
                }
                return null;
            });
            CompletableFuture<Boolean> live = exists(link, "live");
            await().atMost(TestNode.PATIENCE).until(() -> server.count("PING") > 1);
            assertThat(live).isNotDone();
            assertThat(link.isOpenForRequests()).isTrue();
            loaded.countDown();
            assertThat(live).succeedsWithin(TestNode.PATIENCE).isEqualTo(true);
        }
    }

    /** Until the first attempt has ended, nobody knows whether the server answers. */
    @Test
    void storeThatIsNotConnectedYetIsNoOutage() {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            RedisProperties impatient =
                    new RedisProperties(null, "", Duration.ofMillis(50), Duration.ofMillis(50), UserIndexType.ZSET);
            try (RedisConnector connector = new RedisConnector(RedisUrl.parse(server.url()), impatient);
                    RedisLink link = new RedisLink(connector, "heartbeat")) {
                new RedisSessionStore(link, new RedisKeys(""), UserIndexType.ZSET, null, Clock.systemUTC());

                await().during(Duration.ofMillis(500)).until(link::isOpenForRequests);
            }
        }
    }

    /** Otherwise the outage policy would decide, and accept a token of a revoked session. */
    @Test
    void firstRequestConnectsAndWaits() {
        CountDownLatch asked = new CountDownLatch(1);
        try (ScriptedRedisServer server = new ScriptedRedisServer();
                RedisConnector connector = new RedisConnector(RedisUrl.parse(server.url()), PROPERTIES);
                RedisLink link = new RedisLink(connector, "heartbeat")) {
            server.put("session:live", "{}");
            server.script((client, command) -> {
                awaitOpen(asked);
                return null;
            });
            CompletableFuture<Boolean> live = exists(link, "live");
            CompletableFuture<Boolean> revoked = exists(link, "revoked");
            await().atMost(TestNode.PATIENCE).until(() -> server.count("HELLO") > 0);
            assertThat(live).isNotDone();
            asked.countDown();
            assertThat(live).succeedsWithin(TestNode.PATIENCE).isEqualTo(true);
            assertThat(revoked).succeedsWithin(TestNode.PATIENCE).isEqualTo(false);
        }
    }

    /** Health and the start line must not say that all is well before this is known. */
    @Test
    void stateIsThatAfterTheFirstAttempt() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (ScriptedRedisServer server = new ScriptedRedisServer();
                RedisConnector connector = new RedisConnector(RedisUrl.parse(server.url()), PROPERTIES);
                RedisLink link = new RedisLink(connector, "heartbeat")) {
            server.script((client, command) -> List.of("-WRONGPASS invalid username-password pair\r\n"));
            link.listen(new StoreListener() {
                @Override
                public void unavailable(String reason) {
                    heard.add(link.describe().name() + " " + reason);
                }

                @Override
                public void available() {}
            });
            assertThat(link.describe().misconfiguration()).isEqualTo(RedisFailures.LOGIN_REFUSED);
            assertThat(heard).singleElement().asString().startsWith("Redis ");
        }
    }

    private static CompletableFuture<Boolean> exists(RedisLink link, String sessionId) {
        return new RedisSessionStore(link, new RedisKeys(""), UserIndexType.ZSET, null, Clock.systemUTC())
                .exists(sessionId)
                .toCompletableFuture();
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
