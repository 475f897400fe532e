// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisCliTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension("--requirepass", "päss word");

    @Test
    void errorReplyIsAnException() {
        redis.cli().command("SET", "key", "text");
        assertThatExceptionOfType(RedisErrorException.class)
                .isThrownBy(() -> redis.cli().command("INCR", "key"))
                .withMessage("ERR value is not an integer or out of range");
        assertThatExceptionOfType(RedisErrorException.class)
                .isThrownBy(() -> redis.cli().command("SADD", "key", "text"))
                .satisfies(e -> assertThat(e.code()).isEqualTo("WRONGTYPE"));
        assertThat(redis.cli().command("GET", "key")).isEqualTo("text");
    }

    @Test
    void countsTheCommandsOfOthersExactly() {
        RedisCli cli = redis.cli();
        RedisServer server = redis.server();
        try (RedisCli other = RedisCli.to(server.host(), server.port()).withPassword(server.password())) {
            other.command("PING");
            cli.resetStats();
            assertThat(cli.commandCounts()).isEmpty();
            other.command("EVAL", "redis.call('SET', KEYS[1], 'x') return redis.call('TIME')", "1", "key");
            other.command("GET", "key");
            other.command("GET", "key");
            other.command("CLIENT", "ID");
            other.command("INFO", "server");
            assertThat(cli.commandCounts())
                    .isEqualTo(Map.of("eval", 1L, "set", 1L, "time", 1L, "get", 2L, "client|id", 1L, "info", 1L));
            assertThat(cli.commandCounts()).containsEntry("info", 1L);
            cli.resetStats();
            assertThat(cli.commandCounts()).isEmpty();
        }
    }

    @Test
    void connectsAgainAfterTheServerClosedTheConnection() {
        RedisServer server = redis.server();
        try (RedisCli other = RedisCli.to(server.host(), server.port()).withPassword(server.password())) {
            long before = other.number("CLIENT", "ID");
            redis.cli().command("CLIENT", "KILL", "ID", "" + before);
            assertThat(other.number("CLIENT", "ID")).isGreaterThan(before);
        }
    }

    @Test
    void givesUpOnASilentServerAndTakesNoLateAnswer() {
        try (RedisCli hasty = RedisCli.to(redis.server().host(), redis.server().port())
                .withTimeout(Duration.ofMillis(100))
                .withPassword("päss word")) {
            hasty.command("SET", "key", "late");
            redis.server().freeze();
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> hasty.command("GET", "key"))
                    .withMessageContaining("timed out");
            redis.server().thaw();
            assertThat(hasty.command("EXISTS", "key")).isEqualTo(1L);
        }
    }
}
