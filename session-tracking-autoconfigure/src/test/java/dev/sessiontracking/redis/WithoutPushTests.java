// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionChecker.Result;
import dev.sessiontracking.redis.connection.Line;
import dev.sessiontracking.redis.format.StoredText;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Servers that cannot or may not push: no cache, one command for each check, and one line in the log. */
@ExtendWith(OutputCaptureExtension.class)
class WithoutPushTests {

    private static final int CHECKS = 200;

    private static final String VALUE = StoredText.of(new UserSession(
            "any", "alice", SessionMetadata.none(), Instant.now(), Instant.now().plus(Duration.ofHours(1)), true));

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void aServerThatAgreesAndPushesNothingIsFoundOut(CapturedOutput output) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.pushNothing();
            oneCommandForEachCheck(server, output, "Redis sends no invalidations");
        }
    }

    @Test
    void anOldServerIsFoundOut(CapturedOutput output) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            server.script((client, command) -> switch (command.get(0)) {
                case "HELLO" -> List.of("-ERR unknown command 'HELLO'\r\n");
                case "CLIENT" -> List.of("-ERR Unknown subcommand or wrong number of arguments\r\n");
                default -> null;
            });
            oneCommandForEachCheck(server, output, "error reply \"ERR Unknown subcommand");
        }
    }

    /** A managed server whose quota is used up says so to everything, until it has another. */
    @Test
    void anErrorOfTheMomentDoesNotSwitchTheCacheOff(CapturedOutput output) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            AtomicInteger refused = new AtomicInteger();
            server.script((client, command) -> command.get(0).equals("SET") && refused.getAndIncrement() == 0
                    ? List.of("-ERR max requests limit exceeded\r\n")
                    : null);
            server.put("session:x", VALUE);
            try (TestNode node = TestNode.at(server.url())) {
                await().atMost(TestNode.PATIENCE).until(() -> refused.get() > 0);
                node.awaitCached("x");
                assertThat(output).doesNotContain("Near cache is off");
            }
        }
    }

    private static void oneCommandForEachCheck(ScriptedRedisServer server, CapturedOutput output, String reason) {
        server.put("session:x", VALUE);
        try (TestNode node = TestNode.at(server.url())) {
            node.awaitAnswer("x", Result.LIVE_BY_STORE);
            await().atMost(TestNode.PATIENCE).until(() -> output.getOut().contains("Near cache is off (" + reason));
            long before = server.count("STRLEN");
            for (int i = 0; i < CHECKS; i++) {
                assertThat(node.check("x")).isEqualTo(Result.LIVE_BY_STORE);
            }
            // Besides, the cut-off is read a few times a second.
            assertThat(server.count("STRLEN") - before).isEqualTo(CHECKS);
            long greetings = server.count("HELLO");
            long questions = server.count("CLIENT");
            server.disconnect();
            await().atMost(TestNode.PATIENCE)
                    .until(() -> server.count("HELLO") >= greetings + Line.values().length
                            && server.count("CLIENT") > questions);
            node.awaitAnswer("x", Result.LIVE_BY_STORE);
            assertThat(output.getOut()).containsOnlyOnce("Near cache is");
        }
    }

    /** Besides, the cut-off is read a few times a second. */
    private static void assertThatChecksCostOneCommandEach() {
        Map<String, Long> counts = redis.cli().commandCounts();
        assertThat(counts).containsEntry("strlen", (long) CHECKS);
        assertThat(counts.values().stream().mapToLong(Long::longValue).sum()).isLessThan(CHECKS + 20);
    }

    @Test
    void anAccountWithoutTheRightIsFoundOut(CapturedOutput output) {
        redis.cli().command("ACL", "SETUSER", "app", "on", ">secret", "~*", "+@all", "-client|tracking");
        try (TestNode node = TestNode.at(redis.url().replace("redis://", "redis://app:secret@"))) {
            UserSession session = node.login("alice");
            await().atMost(TestNode.PATIENCE)
                    .until(() -> output.getOut().contains("Near cache is off (error reply NOPERM"));
            redis.cli().resetStats();
            for (int i = 0; i < CHECKS; i++) {
                assertThat(node.check(session.id())).isEqualTo(Result.LIVE_BY_STORE);
            }
            assertThatChecksCostOneCommandEach();
            assertThat(output.getOut()).containsOnlyOnce("Near cache is");
        } finally {
            redis.cli().command("ACL", "DELUSER", "app");
        }
    }

    @Test
    void aCacheThatIsSwitchedOffCostsOneCommandForEachCheck(CapturedOutput output) {
        try (TestNode node = TestNode.at(redis.url(), "session.tracking.near-cache.enabled=false")) {
            UserSession session = node.login("alice");
            redis.cli().resetStats();
            for (int i = 0; i < CHECKS; i++) {
                assertThat(node.check(session.id())).isEqualTo(Result.LIVE_BY_STORE);
            }
            assertThatChecksCostOneCommandEach();
            assertThat(redis.cli().text("CLIENT", "LIST").lines().filter(line -> line.contains("resp=3")))
                    .hasSize(Line.values().length);
            assertThat(output.getOut()).doesNotContain("Near cache is");
        }
    }

    @Test
    void aServerThatCannotAgreeAtFirstIsAskedAgain() {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            AtomicInteger refusals = new AtomicInteger(2);
            server.put("session:x", VALUE);
            server.script((client, command) -> command.contains("TRACKING") && refusals.getAndDecrement() > 0
                    ? List.of("-BUSY Redis is busy running a script\r\n")
                    : null);
            try (TestNode node = TestNode.at(server.url())) {
                node.awaitCached("x");
            }
        }
    }
}
