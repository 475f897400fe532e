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
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.mock.env.MockEnvironment;

class EmbeddedRedisTests {

    private final MockEnvironment environment = new MockEnvironment();

    @Test
    void keepsNothingOnDiskAndEvictsNothing() throws IOException {
        EmbeddedRedis redis = EmbeddedRedis.startOnFreePort();
        try {
            Map<String, String> config =
                    new RedisCli(redis.url()).run(cli -> cli.configGet("save", "appendonly", "maxmemory-policy"));

            assertThat(config)
                    .containsEntry("save", "")
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
        environment.setProperty("session.tracking.redis-url", "embedded");

        initialize();

        assertThat(environment.getProperty("session.tracking.redis-url")).startsWith("redis://127.0.0.1:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "redis://localhost:6379"})
    void anyOtherUrlIsLeftAlone(String url) {
        environment.setProperty("session.tracking.redis-url", url);

        initialize();

        assertThat(environment.getProperty("session.tracking.redis-url")).isEqualTo(url);
    }

    @Test
    void noServerIsStartedWhenTrackingIsOff() {
        environment.setProperty("session.tracking.redis-url", "embedded");
        environment.setProperty("session.tracking.enabled", "false");

        initialize();

        assertThat(environment.getProperty("session.tracking.redis-url")).isEqualTo("embedded");
    }

    @Test
    void windowsIsToldWhatToInstall() {
        environment.setProperty("session.tracking.redis-url", "embedded");
        String system = System.setProperty("os.name", "Windows 11");
        try {
            assertThatExceptionOfType(SessionTrackingSetupException.class)
                    .isThrownBy(this::initialize)
                    .withMessageContaining("Windows 11")
                    .satisfies(failure -> assertThat(failure.action())
                            .contains("Memurai")
                            .contains("docker run -d -p 6379:6379 redis:7-alpine")
                            .contains("REDIS_URL"));
        } finally {
            System.setProperty("os.name", system);
        }
    }

    private void initialize() {
        GenericApplicationContext context = new GenericApplicationContext();
        context.setEnvironment(environment);
        new EmbeddedRedisInitializer().initialize(context);
    }
}
