// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.test.InMemorySessionStore;
import java.util.function.BinaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** When logout tokens are received, and which configurations stop the start. */
@ExtendWith(OutputCaptureExtension.class)
class BackChannelLogoutSetupTests {

    private static final String BEAN = "sessionTrackingBackChannelLogout";

    private static final String PATH = "session.tracking.back-channel-logout.path=/logout/back-channel";

    private static final String ISSUER = "session.tracking.issuers.main.issuer-uri=http://127.0.0.1:1";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    SessionTrackingAutoConfiguration.class, SessionTrackingJwtAutoConfiguration.class))
            .withUserConfiguration(Store.class);

    @Test
    void isOffWithoutAPath() {
        runner.withPropertyValues(ISSUER).run(context -> assertThat(context).doesNotHaveBean(BEAN));
    }

    @Test
    void isOnWithAPathAndNotInjectedByItsType() {
        runner.withPropertyValues(PATH, ISSUER, "session.tracking.issuers.main.client-ids=api")
                .run(context -> {
                    assertThat(context).hasBean(BEAN);
                    assertThat(context.getBean("injectedByType")).isEqualTo("nothing");
                });
    }

    @Test
    void unreachableKeysShowAtTheStart(CapturedOutput output) {
        runner.withPropertyValues(PATH, ISSUER, "session.tracking.issuers.main.client-ids=api")
                .run(context -> Awaitility.await()
                        .untilAsserted(() -> assertThat(output)
                                .contains("The keys of session.tracking.issuers.main could not be fetched")
                                .contains("Connection refused")));
    }

    @Test
    void wantsClientIdsOfEachIssuer() {
        runner.withPropertyValues(
                        PATH,
                        ISSUER,
                        "session.tracking.issuers.main.client-ids=api",
                        "session.tracking.issuers.other.issuer-uri=http://127.0.0.1:2")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(SessionTrackingSetupException.class, failure -> {
                            assertThat(failure).hasMessageContaining("session.tracking.issuers.other.client-ids");
                            assertThat(failure.action()).contains("session.tracking.issuers.other.client-ids", "aud");
                        }));
    }

    @Test
    void wantsAnIssuer() {
        runner.withPropertyValues(PATH, "session.tracking.jwt.issuers=http://127.0.0.1:1")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("session.tracking.issuers.main.client-ids"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"logout", "/", "/logout/", "/**", "/a/../b", "/a//b", "/{id}", "/a?b", "/a b", "/a%20b", ""})
    void wantsOnePlainPath(String path) {
        runner.withPropertyValues(
                        "session.tracking.back-channel-logout.path=" + path,
                        ISSUER,
                        "session.tracking.issuers.main.client-ids=api")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SessionTrackingSetupException.class)
                        .hasMessageContaining("session.tracking.back-channel-logout.path"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Store {

        @Bean
        InMemorySessionStore store() {
            return new InMemorySessionStore();
        }

        @Bean
        String injectedByType(ObjectProvider<BinaryOperator<String>> operators) {
            return operators.getIfAvailable() == null ? "nothing" : "ours";
        }
    }
}
