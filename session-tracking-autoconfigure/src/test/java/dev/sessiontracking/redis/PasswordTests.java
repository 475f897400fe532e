// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.testkit.RedisServers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Passwords of servers are in no line of the log. */
@ExtendWith(OutputCaptureExtension.class)
class PasswordTests extends OutageFixture {

    @Test
    void passwordIsInNoLine(CapturedOutput output) {
        server.close();
        server = RedisServers.start("--requirepass", "sekret");
        startApplication("logging.level.dev.sessiontracking=trace", "logging.level.org.springframework.boot=debug");
        UserSession session = login();
        server.kill();
        awaitStatus(session.id(), SessionStatus.UNKNOWN);
        server.start();
        awaitStatus("any", SessionStatus.ENDED);
        application.close();
        assertThat(output).doesNotContain("sekret");
    }

    @Test
    void wrongPasswordIsToldWithoutIt(CapturedOutput output) {
        server.close();
        server = RedisServers.start("--requirepass", "right");
        String wrong = server.url().replace("right", "sekret");
        startApplication("session.tracking.redis-url=" + wrong);
        assertThat(service.getSessionStatus("any")).isEqualTo(SessionStatus.UNKNOWN);
        SessionTracking tracking = application.getBean(SessionTracking.class);
        await().atMost(PATIENCE).until(() -> tracking.state().misconfiguration() != null);
        assertThat(tracking.state().misconfiguration()).contains("check the user and the password");
        assertThat(output).contains("Redis is unavailable").doesNotContain("sekret");
    }
}
