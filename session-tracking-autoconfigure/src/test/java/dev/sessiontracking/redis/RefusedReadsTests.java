// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.redis.format.StoredText;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Error replies, as a server gives them that loads its data, has lost its master, or cannot write to its disk. */
@ExtendWith(OutputCaptureExtension.class)
class RefusedReadsTests {

    private static final Set<String> ALL = Set.of("GET", "STRLEN", "SET", "DEL");

    private final ScriptedRedisServer server = new ScriptedRedisServer();

    private TestNode node;

    private OutageLog log;

    @BeforeEach
    void aNodeWhoseCacheWorks(CapturedOutput output) {
        server.put(
                "session:x",
                StoredText.of(new UserSession(
                        "x",
                        "alice",
                        SessionMetadata.none(),
                        Instant.now(),
                        Instant.now().plus(Duration.ofHours(1)),
                        true)));
        node = TestNode.at(server.url());
        node.awaitCached("x");
        log = OutageLog.since(output);
    }

    @AfterEach
    void close() {
        node.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource({
        "LOADING, error reply LOADING",
        "BUSY, error reply BUSY",
        "MASTERDOWN, error reply MASTERDOWN",
        "NOAUTH, authentication failed"
    })
    void aServerThatRefusesReadsIsAnOutageSaidOnce(String error, String words) {
        server.script((client, command) -> ALL.contains(command.get(0)) ? List.of("-" + error + " not now\r\n") : null);
        await().atMost(TestNode.PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> node.check("x") == Result.UNVERIFIED && log.text().contains(words));
        long before = server.count("GET", "session:x") + server.count("STRLEN", "session:x");
        assertThat(IntStream.range(0, 1_000).mapToObj(i -> node.check("x")).distinct())
                .containsExactly(Result.UNVERIFIED);
        assertThat(server.count("GET", "session:x") + server.count("STRLEN", "session:x"))
                .isEqualTo(before);
        server.script((client, command) -> null);
        node.awaitCached("x");
        log.awaitOneOutage();
    }

    @Test
    void aServerThatRefusesWritesProvesEveryCheck() {
        server.script((client, command) -> Set.of("SET", "DEL").contains(command.get(0))
                ? List.of("-MISCONF Redis is configured to save RDB snapshots\r\n")
                : null);
        await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(30)).until(() -> {
            Result answer = node.check("x");
            return answer == Result.LIVE_BY_CACHE || answer == Result.LIVE_BY_STORE;
        });
        assertThat(log.text()).doesNotContain("Redis is unavailable").doesNotContain("Near cache is");
        server.script((client, command) -> null);
        node.awaitCached("x");
    }
}
