package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionCheck;
import dev.sessiontracking.testkit.ScriptedRedisServer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The first attempt of a small machine may be too slow: the start has patience for a second one, and for no more. */
@ExtendWith(OutputCaptureExtension.class)
class FirstConnectTests {

    private static final String[] TIMEOUTS = {
        "session.tracking.connect-timeout=2s",
        "session.tracking.command-timeout=2s",
        "session.tracking.near-cache.enabled=false"
    };

    @Test
    void slowFirstAttemptLeavesTheFirstCheckProven(CapturedOutput output) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            silentFor(server, 1);
            try (TestNode node = TestNode.at(server.url(), TIMEOUTS)) {
                assertThat(node.check("x")).isEqualTo(SessionCheck.ENDED_BY_STORE);
            }
            assertThat(output).doesNotContain("Redis not available");
        }
    }

    @Test
    void secondSlowAttemptIsAnOutage(CapturedOutput output) {
        try (ScriptedRedisServer server = new ScriptedRedisServer()) {
            silentFor(server, 2);
            try (TestNode node = TestNode.at(server.url(), TIMEOUTS)) {
                node.awaitAnswer("x", SessionCheck.ENDED_BY_STORE);
            }
            assertThat(output).containsOnlyOnce("Redis not available");
        }
    }

    private static void silentFor(ScriptedRedisServer server, int handshakes) {
        AtomicInteger left = new AtomicInteger(handshakes);
        server.script(
                (client, command) -> command.get(0).equals("HELLO") && left.getAndDecrement() > 0 ? List.of() : null);
    }
}
