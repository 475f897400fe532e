// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class RedisServersTests {

    @Test
    void embeddedServerRunsWhateverElseIsThere() {
        try (RedisServer server = RedisServers.start(RedisServers.choose("embedded"))) {
            assertThat(server.cli().info("redis_version")).startsWith("7.");
            assertThat(server.cli().info("executable")).contains("redis-server-7.");
        }
    }

    @Test
    void refusesAKindThatItDoesNotKnow() {
        assertThatIllegalStateException()
                .isThrownBy(() -> RedisServers.choose("memcached"))
                .withMessage("session.tracking.test.redis is container, local or embedded, not memcached");
    }
}
