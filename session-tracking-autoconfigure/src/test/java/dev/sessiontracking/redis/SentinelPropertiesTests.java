// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.connection.SentinelProperties;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What is said of a login to the sentinels that cannot be meant. */
class SentinelPropertiesTests {

    private static final String SENTINEL = "session.tracking.redis-url=redis-sentinel://127.0.0.1:1/0#mymaster";

    private static final String PASSWORD = "session.tracking.sentinel.password=";

    private static final String USERNAME = "session.tracking.sentinel.username=";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    RedisSessionStoreAutoConfiguration.class, SessionTrackingAutoConfiguration.class))
            .withPropertyValues("session.tracking.connect-timeout=" + Duration.ofMillis(50));

    private void fails(String sentence, String fix, String... properties) {
        runner.withPropertyValues(properties).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .rootCause()
                    .isInstanceOfSatisfying(SessionTrackingSetupException.class, failure -> {
                        assertThat(failure).hasMessageContaining(sentence);
                        assertThat(failure.action()).contains(fix);
                        assertThat(failure.getMessage() + failure.action()).doesNotContain("sekret");
                    });
        });
    }

    @Test
    void userNeedsAPassword() {
        fails(
                "session.tracking.sentinel.username is set, but session.tracking.sentinel.password is not",
                "Set session.tracking.sentinel.password",
                SENTINEL,
                USERNAME + "app");
    }

    @Test
    void passwordNeedsSentinels() {
        String sentence = "session.tracking.sentinel.password is set, but session.tracking.redis-url has no sentinels";
        fails(sentence, "redis-sentinel://", "session.tracking.redis-url=redis://127.0.0.1:1", PASSWORD + "sekret");
        fails(
                sentence,
                "redis-sentinel://",
                "session.tracking.redis-url=redis-cluster://127.0.0.1:1",
                PASSWORD + "sekret");
    }

    /** An unset variable in a placeholder leaves that behind. */
    @Test
    void emptyValuesAreNone() {
        runner.withPropertyValues("session.tracking.redis-url=redis://127.0.0.1:1", USERNAME, PASSWORD)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(SessionService.class));
    }

    @Test
    void loginIsAPartOfTheConnectionDetails() {
        runner.withPropertyValues(SENTINEL, USERNAME + "app", PASSWORD + "sekret")
                .run(context -> {
                    SessionTrackingConnectionDetails details = context.getBean(SessionTrackingConnectionDetails.class);
                    assertThat(details.sentinelUsername()).isEqualTo("app");
                    assertThat(details.sentinelPassword()).isEqualTo("sekret");
                });
    }

    @Test
    void connectionDetailsOfTheApplicationGoBeforeTheProperties() {
        runner.withBean(SessionTrackingConnectionDetails.class, () -> () -> "redis://127.0.0.1:1")
                .withPropertyValues(PASSWORD + "sekret")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void passwordIsInNoString() {
        assertThat(new SentinelProperties("app", "sekret").toString())
                .doesNotContain("sekret")
                .doesNotContain("app");
    }
}
