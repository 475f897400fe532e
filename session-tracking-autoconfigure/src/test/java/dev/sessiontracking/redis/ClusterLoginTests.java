// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.spi.SessionStore;
import dev.sessiontracking.testkit.Topologies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A cluster that does not accept the user or the password of the URL. */
@ExtendWith(OutputCaptureExtension.class)
class ClusterLoginTests {

    @Test
    void isToldWithTheFix(CapturedOutput output) {
        String url = Topologies.cluster().url().replaceFirst("//", "//nobody:sekret@");
        try (TestNode node = TestNode.at(url)) {
            assertThat(node.service
                            .createSession("alice", SessionMetadata.none())
                            .tracked())
                    .isFalse();
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(output)
                            .contains("Redis is unavailable (no connection to ")
                            .contains(": " + RedisFailures.LOGIN_REFUSED + ")"));
            await().atMost(TestNode.PATIENCE)
                    .untilAsserted(() -> assertThat(
                                    node.bean(SessionStore.class).describe().misconfiguration())
                            .isEqualTo(RedisFailures.LOGIN_REFUSED));
            assertThat(output).doesNotContain("sekret");
        }
    }
}
