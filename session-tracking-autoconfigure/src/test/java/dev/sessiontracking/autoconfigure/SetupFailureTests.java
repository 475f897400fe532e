// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sessiontracking.redis.RedisSessionStoreAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** What a person sees when the set-up is wrong, as Spring Boot prints it. */
@ExtendWith(OutputCaptureExtension.class)
class SetupFailureTests {

    private static void start(String... properties) {
        Throwable failure = catchThrowable(() -> new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(properties)
                .run()
                .close());
        assertThat(failure).isNotNull();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({SessionTrackingAutoConfiguration.class, RedisSessionStoreAutoConfiguration.class})
    static class Application {}

    private static void assertExplained(CapturedOutput output, String description, String action) {
        assertThat(output).contains("APPLICATION FAILED TO START");
        String analysis = output.getAll().substring(output.getAll().indexOf("APPLICATION FAILED TO START"));
        assertThat(analysis).contains("Description:", description, "Action:", action);
        assertThat(analysis).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://:top#sekret@host", "sekret"})
    void brokenUrl(String url, CapturedOutput output) {
        start("session.tracking.redis-url=" + url);
        assertExplained(output, "The property session.tracking.redis-url", "redis://host:6379");
        assertThat(output).doesNotContain("sekret");
    }

    @Test
    void requiredWithoutUrl(CapturedOutput output) {
        start("session.tracking.enabled=true");
        assertExplained(
                output,
                "Session tracking is required (session.tracking.enabled=true), but session.tracking.redis-url is not"
                        + " set.",
                "Set session.tracking.redis-url");
    }

    @Test
    void requiredWithAnEmptyUrl(CapturedOutput output) {
        start("session.tracking.enabled=true", "session.tracking.redis-url=");
        assertExplained(output, "Session tracking is required", "Set session.tracking.redis-url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "2", "ture", "null"})
    void enabledIsGarbage(String enabled, CapturedOutput output) {
        start("session.tracking.enabled=" + enabled);
        assertExplained(
                output, "The property session.tracking.enabled must be true or false.", "Set session.tracking.enabled");
    }

    @ParameterizedTest
    @CsvSource({
        "session.tracking.ttl, 0s",
        "session.tracking.ttl, -1d",
        "session.tracking.ttl, 5000d",
        "session.tracking.connect-timeout, 0",
        "session.tracking.command-timeout, 2m",
        "session.tracking.key-prefix, a b",
        "session.tracking.near-cache.maximum-size, 0",
        "session.tracking.near-cache.max-staleness, 1h"
    })
    void valueOutOfRange(String property, String value, CapturedOutput output) {
        start("session.tracking.redis-url=redis://:sekret@127.0.0.1:1", property + "=" + value);
        assertExplained(output, "The property " + property, "Set ");
        assertThat(output).doesNotContain("sekret");
    }

    @ParameterizedTest
    @CsvSource({
        "session.tracking.ttl, soon",
        "session.tracking.outage-policy, pray",
        "session.tracking.user-index-type, hash",
        "session.tracking.command-timeout, soon"
    })
    void valueOfTheWrongKindIsNamedBySpringBoot(String property, String value, CapturedOutput output) {
        start("session.tracking.redis-url=redis://:sekret@127.0.0.1:1", property + "=" + value);
        assertExplained(output, "Failed to bind properties under '" + property, "Update your application");
        assertThat(output).doesNotContain("sekret");
    }
}
