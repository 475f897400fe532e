// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.security.config.Customizer.withDefaults;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.core.SessionChecker.RejectionSink;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

class SessionAuthorizationTests {

    private static final String PATH = "/me";

    @Test
    void liveSessionIsLetInWithOneLookup() {
        MvcTester.run(OnlyLive.class, app -> {
            String session = app.sessions().begin();
            assertThat(app.get(PATH, MvcTester.session(session)).getStatus()).isEqualTo(200);
            assertThat(app.sessions().lookups(session)).isEqualTo(1);
        });
    }

    @Test
    void revokedSessionIsRefusedLikeAnywhere() {
        MvcTester.run(
                OnlyLive.class,
                app -> assertThat(
                                app.get(PATH, MvcTester.session(app.revoked())).getStatus())
                        .isEqualTo(401));
    }

    @Test
    void tokenWithoutASessionIsDenied() {
        MvcTester.run(
                OnlyLive.class,
                app -> assertThat(
                                app.get(PATH, MvcTester.bearer(TestIssuer.get().sign(claims -> {})))
                                        .getStatus())
                        .isEqualTo(403));
    }

    @ParameterizedTest
    @EnumSource(OutagePolicy.class)
    void withoutProofTheAnswerIsUnavailableUnderEitherPolicy(OutagePolicy policy) {
        MvcTester.run(OnlyLive.class, app -> {
            String session = app.sessions().begin();
            app.sessions().goDown(policy);
            MockHttpServletResponse response = app.get(PATH, MvcTester.session(session));
            assertThat(response.getStatus()).isEqualTo(503);
            assertThat(response.getHeader("Retry-After")).isNotNull();
            assertThat(response.getContentType()).startsWith("application/problem+json");
        });
    }

    @ParameterizedTest
    @EnumSource(OutagePolicy.class)
    void requestWithoutProofIsToldAsRejectedOnce(OutagePolicy policy) {
        List<String> rejections = new CopyOnWriteArrayList<>();
        MvcTester.run(
                MvcTester.runner()
                        .withUserConfiguration(OnlyLive.class)
                        .withBean(
                                RejectionSink.class,
                                () -> (reason, sessionId, userId) ->
                                        rejections.add(reason + " " + sessionId + " " + userId)),
                app -> {
                    String session = app.sessions().begin();
                    app.sessions().goDown(policy);
                    app.get(PATH, MvcTester.session(session));
                    assertThat(rejections).containsExactly("UNAVAILABLE " + session + " alice");
                });
    }

    @Test
    void ruleStopsTheStartWhileTrackingIsOff() {
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(SessionTrackingServletSecurityAutoConfiguration.class))
                .run(context -> {
                    SessionAuthorization sessions = context.getBean(SessionAuthorization.class);
                    assertThatExceptionOfType(SessionTrackingSetupException.class)
                            .isThrownBy(sessions::hasLiveSession)
                            .withMessageContaining("hasLiveSession()");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class OnlyLive {

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SessionAuthorization sessions) {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().access(sessions.hasLiveSession()))
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .logout(withDefaults())
                    .build();
        }
    }
}
