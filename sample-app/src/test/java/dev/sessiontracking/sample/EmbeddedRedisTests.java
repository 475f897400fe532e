// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The server that the sample brings along, and when it is started. */
class EmbeddedRedisTests {

    @Test
    void savesNothingWhileItRunsAndEvictsNothing() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.startOnFreePort();
        try {
            Map<String, String> config =
                    new RedisCli(redis.url()).run(cli -> cli.configGet("save", "appendonly", "maxmemory-policy"));

            assertThat(config)
                    .containsEntry("save", "86400 1000000000")
                    .containsEntry("appendonly", "no")
                    .containsEntry("maxmemory-policy", "noeviction");
        } finally {
            redis.stop();
        }
    }

    @Test
    void isGoneOnceStopped() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.startOnFreePort();
        redis.stop();

        assertThatExceptionOfType(RedisException.class)
                .isThrownBy(() -> new RedisCli(redis.url()).run(cli -> cli.ping()));
    }

    @Test
    void returnsWithItsDataAfterAPause() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.startOnFreePort();
        try {
            RedisCli cli = new RedisCli(redis.url());
            cli.run(commands -> commands.set("kept", "yes"));

            redis.pause();
            assertThat(redis.isRunning()).isFalse();
            redis.resume();

            assertThat(cli.<String>run(commands -> commands.get("kept"))).isEqualTo("yes");
        } finally {
            redis.stop();
        }
    }

    @Test
    void saysWhyItDoesNotStart() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.startOnFreePort();
        try {
            assertThatIOException()
                    .isThrownBy(() -> EmbeddedRedis.startOn(redis.port()))
                    .withMessageContaining("Failed listening on port " + redis.port());
        } finally {
            redis.stop();
        }
    }

    @Test
    void wordEmbeddedIsReplacedByAUrl() {
        assertThat(urlAfterStartWith("--session.tracking.redis-url=embedded")).startsWith("redis://127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "redis://localhost:6379"})
    void anyOtherUrlIsLeftAlone(String url) {
        assertThat(urlAfterStartWith("--session.tracking.redis-url=" + url)).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "redis://localhost:6379"})
    void environmentVariableDecidesWhenThereIsOne(String url) {
        assertThat(urlAfterStartWith("--REDIS_URL=" + url)).isEqualTo(url);
    }

    @Test
    void noServerIsStartedWhenTrackingIsOff() {
        assertThat(urlAfterStartWith("--session.tracking.enabled=false")).isEqualTo("embedded");
    }

    @Test
    void whereThereIsNoServerItIsSaidWhatToInstall() {
        EmbeddedRedisInitializer onWindows = new EmbeddedRedisInitializer(() -> {
            throw new IllegalArgumentException("No Redis executable found for Windows");
        });

        assertThatExceptionOfType(SessionTrackingSetupException.class)
                .isThrownBy(() -> urlAfterStart(onWindows))
                .withMessageContaining("No Redis executable found for Windows")
                .satisfies(failure -> assertThat(failure.action())
                        .contains("Memurai")
                        .contains("docker run -d -p 6379:6379 redis:7-alpine")
                        .contains("REDIS_URL"));
    }

    /** Starts an application that has the sample's configuration file and initializer, and nothing else. */
    private String urlAfterStartWith(String argument) {
        return urlAfterStart(new EmbeddedRedisInitializer(), argument);
    }

    private String urlAfterStart(EmbeddedRedisInitializer initializer, String... arguments) {
        SpringApplication application = new SpringApplication(Nothing.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.addInitializers(initializer);
        try (ConfigurableApplicationContext context = application.run(arguments)) {
            return context.getEnvironment().getProperty("session.tracking.redis-url");
        }
    }

    static class Nothing {}
}
