// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.core.SessionTracking.Settings;
import dev.sessiontracking.core.TrackingState.Outage;
import dev.sessiontracking.spi.OutagePolicy;
import dev.sessiontracking.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the log says of an outage: one line when it begins, and one when it ends. */
@ExtendWith(OutputCaptureExtension.class)
class OutageMonitorTests {

    private final MutableClock clock = MutableClock.startingAt(Instant.parse("2030-01-01T00:00:00Z"));

    private final SwitchableStore store = new SwitchableStore();

    private final SessionTracking tracking = new SessionTracking(
            store,
            null,
            new Settings(OutagePolicy.REJECT, Lifetimes.of(Duration.ofDays(7)), Duration.ofDays(7), 1_000),
            clock);

    @AfterEach
    void close() {
        tracking.close();
    }

    private static List<String> lines(CapturedOutput output) {
        return output.getOut()
                .lines()
                .filter(line -> line.contains("OutageMonitor"))
                .map(line -> line.replaceFirst(".*OutageMonitor\\s+(--|:) ", ""))
                .toList();
    }

    @Test
    void wholeOutageSuspendsAll(CapturedOutput output) {
        store.fail();
        clock.advance(Duration.ofSeconds(3));
        store.recover();
        assertThat(lines(output))
                .containsExactly(
                        "The session store is unavailable (switched off). Requests with a session token get 503"
                                + " (outage policy reject). Reconnecting in the background",
                        "The session store is available again after 3.0 s. During the outage: 0 unverified check(s), 0"
                                + " untracked login(s), 0 pending revocation(s)");
    }

    @Test
    void outageOfAPartIsSaidToBeOne(CapturedOutput output) {
        store.losePart("host:7000");
        assertThat(tracking.state().outage())
                .isEqualTo(new Outage("for the sessions on host:7000: switched off", clock.instant()));
        clock.advance(Duration.ofSeconds(3));
        store.recover();
        assertThat(lines(output))
                .containsExactly(
                        "The session store is unavailable for the sessions on host:7000 (switched off). All other sessions are not"
                                + " affected. For these sessions: Requests with a session token get 503 (outage policy"
                                + " reject)",
                        "The session store is available again for the sessions on host:7000 after 3.0 s. During the"
                                + " outage: 0 unverified check(s), 0 untracked login(s), 0 pending revocation(s)");
        assertThat(tracking.outages()).isEqualTo(1);
    }

    @Test
    void partsThatFollowAreToldInOneLine(CapturedOutput output) {
        store.losePart("host:7000");
        store.losePart("host:7001");
        store.losePart("host:7002");
        store.recover();
        store.losePart("host:7001");
        store.recover();
        assertThat(lines(output)).hasSize(5);
        assertThat(lines(output).get(1))
                .isEqualTo(
                        "The session store is unavailable for the sessions on host:7001 too (switched off). More parts may be affected");
        assertThat(lines(output).get(2)).startsWith("The session store is available again after 0.0 s");
        assertThat(lines(output).get(3)).startsWith("The session store is unavailable for the sessions on host:7001 (");
        assertThat(tracking.outages()).isEqualTo(2);
    }
}
