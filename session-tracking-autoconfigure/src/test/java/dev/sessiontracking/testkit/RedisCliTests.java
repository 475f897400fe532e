// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisCliTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension("--requirepass", "päss word");

    @Test
    void answersAreTextNumberListOrNull() {
        RedisCli cli = redis.cli();
        assertThat(cli.command("SET", "key", "grüße\r\n")).isEqualTo("OK");
        assertThat(cli.command("GET", "key")).isEqualTo("grüße\r\n");
        assertThat(cli.command("GET", "other")).isNull();
        assertThat(cli.command("DEL", "key", "other")).isEqualTo(1L);
        assertThat(cli.command("MGET", "key")).asInstanceOf(LIST).containsExactly((Object) null);
        assertThat(cli.number("RPUSH", "list", "a", "b")).isEqualTo(2);
        assertThat(cli.texts("LRANGE", "list", "0", "-1")).containsExactly("a", "b");
        assertThat(cli.text("GET", "other")).isNull();
        assertThat(cli.command("EVAL", "return {1, {'a', false}}", "0"))
                .isEqualTo(List.of(1L, nullableList("a", null)));
    }

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
    void logsInAsTheUserThatIsAskedFor() {
        redis.cli().command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+get", "+acl|whoami");
        RedisServer server = redis.server();
        try (RedisCli reader = RedisCli.to(server.host(), server.port()).withUser("reader", "secret");
                RedisCli nobody = RedisCli.to(server.host(), server.port())) {
            assertThat(reader.command("ACL", "WHOAMI")).isEqualTo("reader");
            assertThatExceptionOfType(RedisErrorException.class)
                    .isThrownBy(() -> reader.command("SET", "key", "value"))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("NOPERM"));
            assertThatExceptionOfType(RedisErrorException.class)
                    .isThrownBy(() -> nobody.command("GET", "key"))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("NOAUTH"));
        }
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
    void findsOneFieldOfInfo() {
        assertThat(redis.cli().info("role")).isEqualTo("master");
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
    void staysConnectedBetweenCommands() {
        assertThat(redis.cli().number("CLIENT", "ID")).isEqualTo(redis.cli().number("CLIENT", "ID"));
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

    private static List<String> nullableList(String... texts) {
        return Arrays.asList(texts);
    }
}
