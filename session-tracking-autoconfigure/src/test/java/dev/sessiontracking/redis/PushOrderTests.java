// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static dev.sessiontracking.testkit.ScriptedRedisServer.bulk;
import static dev.sessiontracking.testkit.ScriptedRedisServer.invalidation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.redis.format.StoredText;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies and pushes in every order, from a server that says them byte for byte. */
class PushOrderTests {

    private static final String VALUE = StoredText.of(new UserSession(
            "any", "alice", SessionMetadata.none(), Instant.now(), Instant.now().plus(Duration.ofHours(1)), true));

    private final ScriptedRedisServer server = new ScriptedRedisServer();

    private TestNode node;

    @BeforeEach
    void aNodeWhoseCacheWorks() {
        server.put("session:warm", VALUE);
        server.put("session:marker", VALUE);
        server.put("session:x", VALUE);
        node = TestNode.at(
                server.url(),
                "session.tracking.command-timeout=700ms",
                "session.tracking.connect-timeout=2s",
                // No lease ends because the machine is busy.
                "session.tracking.near-cache.max-staleness=1m");
        node.awaitCached("warm");
    }

    @AfterEach
    void close() {
        node.close();
        server.close();
    }

    /** Answers reads of session x with these bytes, in as many pieces. */
    private void answer(String bytes, int pieces) {
        List<String> cut = new ArrayList<>();
        int size = (bytes.length() + pieces - 1) / pieces;
        for (int from = 0; from < bytes.length(); from += size) {
            cut.add(bytes.substring(from, Math.min(bytes.length(), from + size)));
        }
        server.script((client, command) -> command.equals(List.of("GET", "session:x")) ? cut : null);
    }

    /** A read that the server answers after everything else: what it sent before has been taken in. */
    private void marker() {
        server.put("session:marker-2", VALUE);
        assertThat(node.check("marker-2")).isEqualTo(Result.LIVE_BY_STORE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void anAnswerBeforeThePushIsTakenBack(int pieces) {
        answer(bulk(VALUE) + invalidation("session:x"), pieces);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
        marker();
        server.script((client, command) -> null);
        assertThat(node.check("x").status()).isEqualTo(SessionStatus.LIVE);
        assertThat(server.count("GET", "session:x")).isGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 40})
    void anAnswerAfterThePushIsKept(int pieces) {
        answer(invalidation("session:x") + bulk(VALUE), pieces);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
        marker();
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_CACHE);
    }

    @Test
    void absenceBeforeThePushIsTakenBack() {
        answer(bulk(null) + invalidation("session:x"), 1);
        assertThat(node.check("x")).isEqualTo(Result.ENDED_BY_STORE);
        marker();
        server.script((client, command) -> null);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
    }

    @Test
    void aPushWithoutKeysTakesEverythingBack() {
        node.awaitCached("x");
        server.script((client, command) ->
                command.equals(List.of("GET", "session:other")) ? List.of(invalidation(null) + bulk(null)) : null);
        assertThat(node.check("other")).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
        assertThat(node.check("warm")).isEqualTo(Result.LIVE_BY_STORE);
    }

    @Test
    void aPushThatNobodyUnderstandsTakesEverythingBack() {
        node.awaitCached("x");
        server.script((client, command) -> command.equals(List.of("GET", "session:other"))
                ? List.of(">2\r\n" + bulk("invalidate") + ":7\r\n" + bulk(null))
                : null);
        assertThat(node.check("other")).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
    }

    @Test
    void aPushOfAnotherKindIsNoMatter() {
        node.awaitCached("x");
        server.script((client, command) -> command.equals(List.of("GET", "session:other"))
                ? List.of(">2\r\n" + bulk("news") + bulk("session:x") + bulk(null))
                : null);
        assertThat(node.check("other")).isEqualTo(Result.ENDED_BY_STORE);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_CACHE);
    }

    @Test
    void whatWasKeptIsGoneWithTheConnectionThatPushedLast() {
        node.awaitCached("x");
        long before = server.count("CLIENT", "TRACKING");
        CountDownLatch cut = new CountDownLatch(1);
        server.script((client, command) -> {
            if (command.equals(List.of("GET", "session:other")) && cut.getCount() > 0) {
                client.send(List.of(invalidation("session:x")));
                server.put("session:x", "");
                client.close();
                cut.countDown();
                return List.of();
            }
            return null;
        });
        CompletableFuture<Result> other = CompletableFuture.supplyAsync(() -> node.check("other"));
        await().atMost(TestNode.PATIENCE).until(() -> server.count("CLIENT", "TRACKING") > before);
        assertThat(node.check("x")).isNotEqualTo(Result.LIVE_BY_CACHE);
        node.awaitAnswer("x", Result.ENDED_BY_STORE);
        assertThat(other).succeedsWithin(TestNode.PATIENCE);
    }

    @Test
    void aQuestionThatIsLostWithItsConnectionIsSentAgainOnceAndNotKept() {
        server.script((client, command) -> {
            if (command.equals(List.of("GET", "session:x"))) {
                client.close();
                return List.of();
            }
            return null;
        });
        assertThat(node.check("x")).isEqualTo(Result.UNVERIFIED);
        server.script((client, command) -> null);
        node.awaitCached("marker");
        assertThat(server.count("GET", "session:x")).isEqualTo(2);
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
    }

    @Test
    void anAnswerThatComesAfterItsTimeIsNotKept() {
        CountDownLatch goOn = new CountDownLatch(1);
        server.script((client, command) -> {
            if (command.equals(List.of("GET", "session:x"))) {
                awaitQuietly(goOn);
            }
            return null;
        });
        assertThat(node.check("x")).isEqualTo(Result.UNVERIFIED);
        server.script((client, command) -> null);
        goOn.countDown();
        node.awaitCached("marker");
        assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
