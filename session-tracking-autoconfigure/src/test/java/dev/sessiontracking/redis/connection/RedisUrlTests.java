// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUrlTests {

    private static RedisUrl url(boolean tls, String host, int port, int database, String user, String password) {
        return new RedisUrl(
                Topology.STANDALONE, tls, List.of(new RedisAddress(host, port)), database, null, user, password);
    }

    static Stream<Arguments> urls() {
        return Stream.of(
                Arguments.of("redis://localhost", url(false, "localhost", 6379, 0, null, null)),
                Arguments.of("redis://localhost/", url(false, "localhost", 6379, 0, null, null)),
                Arguments.of("redis://localhost:6380", url(false, "localhost", 6380, 0, null, null)),
                Arguments.of("redis://localhost:6380/2", url(false, "localhost", 6380, 2, null, null)),
                Arguments.of("redis://localhost/15", url(false, "localhost", 6379, 15, null, null)),
                Arguments.of("redis://localhost:65535", url(false, "localhost", 65535, 0, null, null)),
                Arguments.of("rediss://redis.example.com", url(true, "redis.example.com", 6379, 0, null, null)),
                Arguments.of("REDISS://Redis.Example.COM", url(true, "Redis.Example.COM", 6379, 0, null, null)),
                Arguments.of("redis://192.0.2.7:7000/1", url(false, "192.0.2.7", 7000, 1, null, null)),
                Arguments.of("redis://[2001:db8::7]:7000/1", url(false, "2001:db8::7", 7000, 1, null, null)),
                Arguments.of("redis://[::1]", url(false, "::1", 6379, 0, null, null)),
                Arguments.of("redis://:pw@[::1]:7000", url(false, "::1", 7000, 0, null, "pw")),
                Arguments.of("redis://redis_1:6379", url(false, "redis_1", 6379, 0, null, null)),
                Arguments.of("redis://redis_1", url(false, "redis_1", 6379, 0, null, null)),
                Arguments.of("redis://my_app_redis_1:6380/3", url(false, "my_app_redis_1", 6380, 3, null, null)),
                Arguments.of("rediss://user:pw@redis_1/3", url(true, "redis_1", 6379, 3, "user", "pw")),
                Arguments.of("redis://redis-1", url(false, "redis-1", 6379, 0, null, null)),
                Arguments.of("redis://1redis", url(false, "1redis", 6379, 0, null, null)),
                Arguments.of("redis://redis.1", url(false, "redis.1", 6379, 0, null, null)),
                Arguments.of("redis://:pw@localhost", url(false, "localhost", 6379, 0, null, "pw")),
                Arguments.of("redis://user:pw@localhost", url(false, "localhost", 6379, 0, "user", "pw")),
                Arguments.of("redis://user:p:w@localhost", url(false, "localhost", 6379, 0, "user", "p:w")),
                Arguments.of("redis://:p%40%3A%2F%23%3F%25w@h", url(false, "h", 6379, 0, null, "p@:/#?%w")),
                Arguments.of("redis://u%3Aser:pw@h", url(false, "h", 6379, 0, "u:ser", "pw")),
                Arguments.of("redis://:a+b%2Bc%20d@h", url(false, "h", 6379, 0, null, "a+b+c d")),
                Arguments.of("redis://:%C3%A9@h", url(false, "h", 6379, 0, null, "é")),
                Arguments.of("redis://:!$&'()*,;=~-._@h", url(false, "h", 6379, 0, null, "!$&'()*,;=~-._")),
                Arguments.of("\"redis://:pw@h:1/2\"", url(false, "h", 1, 2, null, "pw")),
                Arguments.of(" 'redis://:'pw'@h:1/2' ", url(false, "h", 1, 2, null, "'pw'")),
                Arguments.of("redis://:'pw'@h", url(false, "h", 6379, 0, null, "'pw'")),
                Arguments.of("valkey://h:1/2", url(false, "h", 1, 2, null, null)),
                Arguments.of("Valkeys://:valkey:@h", url(true, "h", 6379, 0, null, "valkey:")),
                Arguments.of("  redis://localhost:6379\n", url(false, "localhost", 6379, 0, null, null)));
    }

    @ParameterizedTest
    @MethodSource("urls")
    void urlIsRead(String text, RedisUrl expected) {
        assertThat(RedisUrl.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:top@sekret@host:6379",
                "redis://user:top@sekret@host",
                "redis://:top#sekret@host",
                "redis://:top?sekret@host",
                "redis://:top/sekret@host",
                "redis://user:top/sekret@host",
                "redis://user:6379/sekret@host",
                "redis://:top sekret@host",
                "redis://:top%sekret@host",
                "redis://:top%zzsekret@host",
                "redis://:sekret%@host",
                "redis://:sekret%4@host",
                "redis://sekret%zz:sekret@host",
                "redis://:top\"sekret@host",
                "redis://:top\\sekret@host",
                "redis://:top^sekret@host",
                "redis://:top{sekret}@host",
                "redis://:top[sekret]@host",
                "redis://:top|sekret@host",
                "redis://:top`sekret@host",
                "redis://:top\nsekret@host",
                "redis://:sekret@",
                "redis://:sekret@:6379",
                "redis://:sekret@/0",
                "redis://:sekret@host:0",
                "redis://:sekret@host:65536",
                "redis://:sekret@host:99999999999",
                "redis://:sekret@host:-1",
                "redis://:sekret@host:port",
                "redis://:sekret@host:6379:6380",
                "redis://:sekret@host,other:6379",
                "redis://:sekret@host/zero",
                "redis://:sekret@host/-1",
                "redis://:sekret@host/0/1",
                "redis://:sekret@host//",
                "redis://:sekret@host/123456",
                "redis://:sekret@host?timeout=1s",
                "redis://:sekret@host/0?timeout=1s",
                "redis://:sekret@host#",
                "redis://:sekret@[::1",
                "redis://:sekret@::1",
                "redis://:sekret@[not-an-address]",
                "redis://:sekret@ho st",
                "redis://sekret@host",
                "http://:sekret@host",
                "redis-sentinel://:sekret@host",
                "redis-socket:///sekret",
                "redis:sekret@host",
                "redis:/sekret@host",
                "redis:///sekret",
                ":sekret@host:6379",
                "sekret@host",
                "sekret"
            })
    void brokenUrlIsExplainedAndNotRepeated(String text) {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> RedisUrl.parse(text))
                .satisfies(wrong -> {
                    assertThat(wrong.getMessage()).startsWith("The property session.tracking.redis-url ");
                    assertThat(wrong.getMessage() + wrong.action()).doesNotContain("sekret");
                    assertThat(wrong).hasNoCause();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost:6379", "localhost", "redis://", "redis:", "://", "/", "redis://?", "redis://#"})
    void whatIsNoUrlIsExplained(String text) {
        assertThatExceptionOfType(SessionTrackingSetupException.class).isThrownBy(() -> RedisUrl.parse(text));
    }

    @Test
    void credentialsAreInNoString() {
        RedisUrl url = RedisUrl.parse("rediss://carol:sekret@redis_1:7000/3");
        assertThat(url).hasToString("rediss://redis_1:7000/3");
        assertThat(RedisUrl.parse("redis://:sekret@[::1]")).hasToString("redis://[::1]:6379/0");
    }

    // sentinels and clusters

    static Stream<Arguments> fleets() {
        return Stream.of(
                Arguments.of(
                        "redis-sentinel://h1:26379,h2:26380/0#mymaster",
                        "redis-sentinel://h1:26379,h2:26380/0#mymaster",
                        null,
                        null),
                Arguments.of(
                        "redis-sentinel://user:p%40w@h1,[2001:db8::7]:7/3#my.master-1",
                        "redis-sentinel://h1:26379,[2001:db8::7]:7/3#my.master-1", "user", "p@w"),
                Arguments.of("rediss-sentinel://:pw@h1#m", "rediss-sentinel://h1:26379/0#m", null, "pw"),
                Arguments.of("redis-cluster://h1:7000,h2:7001", "redis-cluster://h1:7000,h2:7001", null, null),
                Arguments.of("redis-cluster://h1/", "redis-cluster://h1:6379", null, null),
                Arguments.of("redis-cluster://h_1/0", "redis-cluster://h_1:6379", null, null),
                Arguments.of("REDISS-CLUSTER://u:a,b@[::1]:1,h2", "rediss-cluster://[::1]:1,h2:6379", "u", "a,b"));
    }

    @ParameterizedTest
    @MethodSource("fleets")
    void urlOfAFleetIsRead(String text, String expected, String user, String password) {
        RedisUrl url = RedisUrl.parse(text);
        assertThat(url).hasToString(expected);
        assertThat(url.username()).isEqualTo(user);
        assertThat(url.password()).isEqualTo(password);
        assertThat(url.tls()).isEqualTo(expected.startsWith("rediss"));
        assertThat(url.topology()).isEqualTo(expected.contains("cluster") ? Topology.CLUSTER : Topology.SENTINEL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis-sentinel://:sekret@h1,h2",
                "redis-sentinel://:sekret@h1,h2/0",
                "redis-sentinel://:sekret@h1,h2#",
                "redis-sentinel://:sekret@h1,,h2#mymaster",
                "redis-sentinel://:sekret@,h2#mymaster",
                "redis-sentinel://:sekret@h1,#mymaster",
                "redis-sentinel://:sekret@#mymaster",
                "redis-sentinel://:sekret@h1:x#mymaster",
                "redis-sentinel://:sekret@h1/x#mymaster",
                "redis-sentinel://:sekret@h1#my master",
                "redis-sentinel://:top#sekret@h1#mymaster",
                "redis-sentinel://sekret@h1#mymaster",
                "redis-sentinel:sekret",
                "redis-cluster://:sekret@h1,h2/1",
                "redis-cluster://:sekret@h1/x",
                "redis-cluster://:sekret@h1#mymaster",
                "redis-cluster://:sekret@h1?x",
                "redis-cluster://:sekret@",
                "redis-cluster://:sekret@h1,h2:0",
                "redis-cluster-s://:sekret@h1",
                "rediss-clusters://:sekret@h1",
                "redis-sentinels://:sekret@h1#mymaster"
            })
    void brokenUrlOfAFleetIsExplainedAndNotRepeated(String text) {
        brokenUrlIsExplainedAndNotRepeated(text);
    }

    @Test
    void rightFormIsThatOfTheScheme() {
        assertThat(actionFor("redis-sentinel://h1"))
                .contains("redis-sentinel://")
                .doesNotContain("redis-cluster");
        assertThat(actionFor("redis-cluster://h1/1"))
                .contains("redis-cluster://")
                .doesNotContain("redis-sentinel");
        assertThat(actionFor("http://h1")).contains("redis://", "redis-sentinel://", "redis-cluster://");
    }

    private static String actionFor(String url) {
        try {
            RedisUrl.parse(url);
            throw new AssertionError("It was read: " + url);
        } catch (SessionTrackingSetupException wrong) {
            return wrong.action();
        }
    }
}
