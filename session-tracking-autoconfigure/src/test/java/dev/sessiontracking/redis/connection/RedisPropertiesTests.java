// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.format.UserIndexType;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RedisPropertiesTests {

    private static final Duration OK = Duration.ofMillis(100);

    private static RedisProperties bound(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("session.tracking", RedisProperties.class);
    }

    @Test
    void defaultsAreThoseOfTheDocument() {
        assertThat(bound(Map.of()))
                .isEqualTo(new RedisProperties(
                        null, "", Duration.ofMillis(500), Duration.ofMillis(250), UserIndexType.ZSET));
    }

    @Test
    void valuesAreBound() {
        assertThat(bound(Map.of(
                        "session.tracking.redis-url", "redis://h",
                        "session.tracking.key-prefix", "shop:",
                        "session.tracking.connect-timeout", "2s",
                        "session.tracking.command-timeout", "100",
                        "session.tracking.user-index-type", "set")))
                .isEqualTo(new RedisProperties("redis://h", "shop:", Duration.ofSeconds(2), OK, UserIndexType.SET));
    }

    @Test
    void passwordIsInNoString() {
        assertThat(new RedisProperties("redis://:sekret@h", "shop:", OK, OK, UserIndexType.ZSET).toString())
                .doesNotContain("sekret")
                .contains("shop:");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "a b", "tab\t", "é", "line\n", "del\u007f"})
    void prefixIsVisibleAscii(String prefix) {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> new RedisProperties(null, prefix, OK, OK, UserIndexType.ZSET))
                .withMessageContaining("session.tracking.key-prefix");
    }

    @Test
    void prefixHasAtMost128Characters() {
        assertThatCode(() -> new RedisProperties(null, "a".repeat(128), OK, OK, UserIndexType.ZSET))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> new RedisProperties(null, "a".repeat(129), OK, OK, UserIndexType.ZSET));
    }

    @ParameterizedTest
    @CsvSource({"PT0S", "-PT1S", "PT0.0005S", "PT60.001S", "P1D", "PT2562047788015215H"})
    void timeoutsAreBetweenOneMillisecondAndOneMinute(Duration timeout) {
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> new RedisProperties(null, "", timeout, OK, UserIndexType.ZSET))
                .withMessageContaining("session.tracking.connect-timeout");
        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> new RedisProperties(null, "", OK, timeout, UserIndexType.ZSET))
                .withMessageContaining("session.tracking.command-timeout");
    }

    @Test
    void longestAndShortestTimeoutsAreAccepted() {
        assertThatCode(() ->
                        new RedisProperties(null, "", Duration.ofMillis(1), Duration.ofSeconds(60), UserIndexType.ZSET))
                .doesNotThrowAnyException();
    }
}
