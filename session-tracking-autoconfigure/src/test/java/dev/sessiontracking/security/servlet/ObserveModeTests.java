// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

import dev.sessiontracking.SessionEvent.RejectionObserved;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.security.SessionTrackingJwtValidator;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.SessionIds;
import dev.sessiontracking.spi.SessionListener;
import dev.sessiontracking.test.InMemorySessionStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.WebApplicationContext;

/** What session tracking would reject, it accepts, counts, publishes and logs. */
@ExtendWith(OutputCaptureExtension.class)
class ObserveModeTests {

    private final WebApplicationContextRunner runner = OwnStoreTests.RUNNER
            .withUserConfiguration(Endpoints.class, Chains.class)
            .withBean(InMemorySessionStore.class)
            .withPropertyValues("session.tracking.mode=observe");

    private interface Scenario {
        void accept(Application application) throws Exception;
    }

    private void run(Scenario test, String... properties) {
        List<Object> events = new CopyOnWriteArrayList<>();
        runner.withPropertyValues(properties)
                .withBean(SessionListener.class, () -> events::add)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    test.accept(new Application(context, events));
                });
    }

    private record Application(WebApplicationContext context, List<Object> events) {

        String begin() {
            return context.getBean(SessionService.class)
                    .createSession("alice", SessionMetadata.none())
                    .id();
        }

        int get(String path, RequestPostProcessor token) throws Exception {
            return perform(MockMvcRequestBuilders.get(path).with(token)).getStatus();
        }

        MockHttpServletResponse perform(MockHttpServletRequestBuilder request) throws Exception {
            MockMvc mvc = MockMvcBuilders.webAppContextSetup(context)
                    .apply(springSecurity())
                    .build();
            return mvc.perform(request).andReturn().getResponse();
        }

        void assertObserved(Reason... reasons) {
            assertThat(events.stream()
                            .filter(RejectionObserved.class::isInstance)
                            .map(event -> ((RejectionObserved) event).reason()))
                    .containsExactly(reasons);
            for (Reason reason : Reason.values()) {
                assertThat(context.getBean(SessionTracking.class)
                                .statistics()
                                .observedRejections()
                                .of(reason))
                        .isEqualTo(
                                List.of(reasons).stream().filter(reason::equals).count());
            }
        }

        void assertNothingRejected() {
            assertThat(events).noneMatch(RequestRejected.class::isInstance);
            for (Reason reason : Reason.values()) {
                assertThat(context.getBean(SessionTracking.class)
                                .statistics()
                                .rejections()
                                .of(reason))
                        .isZero();
            }
        }
    }

    @Test
    void tokenOfAnEndedSessionIsAcceptedAndObservedOnceForEachRequest() {
        run(app -> {
            String session = app.begin();
            app.context().getBean(SessionService.class).revokeSession(session);
            assertThat(app.get("/me", MvcTester.session(session))).isEqualTo(200);
            app.assertObserved(Reason.ENDED);
            assertThat(app.get("/me", MvcTester.session("never-registered"))).isEqualTo(200);
            app.assertObserved(Reason.ENDED, Reason.ENDED);
            assertThat(app.get("/me", MvcTester.session(app.begin()))).isEqualTo(200);
            app.assertObserved(Reason.ENDED, Reason.ENDED);
            app.assertNothingRejected();
        });
    }

    @Test
    void tokenWithoutAUsableSessionIsAccepted() {
        run(
                app -> {
                    assertThat(app.get("/me", MvcTester.session("not usable"))).isEqualTo(200);
                    assertThat(app.get("/me", without())).isEqualTo(200);
                    app.assertObserved(Reason.UNUSABLE, Reason.UNUSABLE);
                    app.assertNothingRejected();
                },
                "session.tracking.jwt.require-session=true");
    }

    @Test
    void tokenBeforeTheNotBeforeMarkerIsAccepted() {
        run(app -> {
            app.context().getBean(SessionService.class).revokeAllUserSessions("alice");
            assertThat(app.get("/me", without())).isEqualTo(200);
            app.assertObserved(Reason.ENDED);
            app.assertNothingRejected();
        });
    }

    @Test
    void outageUnderRejectLetsTokensThrough(CapturedOutput output) {
        run(
                app -> {
                    String session = app.begin();
                    app.context().getBean(InMemorySessionStore.class).beginOutage();
                    assertThat(app.get("/me", MvcTester.session(session))).isEqualTo(200);
                    app.assertObserved(Reason.UNAVAILABLE);
                    app.assertNothingRejected();
                    assertThat(output)
                            .contains("All tokens are accepted until they expire (session.tracking.mode=observe)");
                },
                "session.tracking.outage-policy=reject");
    }

    @Test
    void tokenThatCannotBeDeterminedIsAccepted() {
        run(app -> {
            assertThat(app.get("/open/me", MvcTester.session(app.begin()))).isEqualTo(200);
            app.assertObserved(Reason.UNUSABLE);
            app.assertNothingRejected();
        });
    }

    @Test
    void decoderAcceptsToo() {
        run(
                app -> {
                    SessionTrackingJwtValidator validator = app.context().getBean(SessionTrackingJwtValidator.class);
                    Jwt jwt = decoder().decode(TestIssuer.get().token("never-registered"));
                    assertThat(validator.validate(jwt).hasErrors()).isFalse();
                    app.context().getBean(InMemorySessionStore.class).beginOutage();
                    assertThatCode(() -> validator.validate(jwt)).doesNotThrowAnyException();
                    app.assertObserved(Reason.ENDED, Reason.UNAVAILABLE);
                },
                "session.tracking.outage-policy=reject");
    }

    /** Refresh tokens open no API in any mode. */
    @Test
    void refreshTokenIsRejected() {
        run(app -> {
            assertThat(app.get(
                            "/me",
                            MvcTester.bearer(TestIssuer.get().sign(claims -> claims.claim("token_use", "refresh")))))
                    .isEqualTo(401);
            app.assertObserved();
            assertThat(app.events()).hasAtLeastOneElementOfType(RequestRejected.class);
        });
    }

    /** The application wrote it, so it decides. */
    @Test
    void ruleOfTheApplicationStillDecides() {
        run(app -> {
            assertThat(app.get("/async", MvcTester.session(app.begin()))).isEqualTo(200);
            assertThat(app.get("/async", MvcTester.session("never-registered"))).isEqualTo(403);
            assertThat(app.get("/async", without())).isEqualTo(403);
            String session = app.begin();
            app.context().getBean(InMemorySessionStore.class).beginOutage();
            assertThat(app.get("/async", MvcTester.session(session))).isEqualTo(503);
        });
    }

    @Test
    void logoutWorksAsUsual() {
        run(
                app -> {
                    String session = app.begin();
                    assertThat(logout(app, MvcTester.session(session)).getStatus())
                            .isEqualTo(204);
                    assertThat(app.context().getBean(SessionService.class).isSessionValid(session))
                            .isFalse();
                    assertThat(app.get("/me", MvcTester.session(session))).isEqualTo(200);
                    assertThat(logout(app, MvcTester.session(session)).getStatus())
                            .isEqualTo(204);
                    MockHttpServletResponse unusable = logout(app, MvcTester.session("not usable"));
                    assertThat(unusable.getStatus()).isEqualTo(200);
                    assertThat(unusable.getContentAsString()).isEqualTo("{\"revoked\":false}");
                },
                "session.tracking.jwt.require-session=true");
    }

    @Test
    void eachReasonIsLoggedOnceAMinuteWithItsCount(CapturedOutput output) {
        run(app -> {
            for (int i = 0; i < 50; i++) {
                app.get("/me", MvcTester.session("session" + i));
                app.get("/me", MvcTester.session("not usable"));
            }
            assertThat(output)
                    .containsOnlyOnce("would reject with 401: their sessions were revoked, have expired, or were never"
                            + " registered. The last one: session " + SessionIds.hash("session0") + ", user ")
                    .containsOnlyOnce("would reject with 401: they must name a session")
                    .doesNotContain("was rejected with 401", "session1,");
        });
    }

    private static MockHttpServletResponse logout(Application app, RequestPostProcessor token) throws Exception {
        return app.perform(MockMvcRequestBuilders.post("/logout").with(token));
    }

    private static RequestPostProcessor without() {
        return MvcTester.bearer(TestIssuer.get().sign(claims -> {}));
    }

    private static JwtDecoder decoder() {
        return NimbusJwtDecoder.withJwkSetUri(TestIssuer.get().jwkSetUri()).build();
    }

    @Configuration(proxyBeanMethods = false)
    static class Chains {

        /** Its manager hides the token. */
        @Bean
        @Order(1)
        SecurityFilterChain hiding(HttpSecurity http) {
            return http.securityMatcher("/open/**")
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.authenticationManagerResolver(request -> authentication -> {
                        TestingAuthenticationToken hidden = new TestingAuthenticationToken("alice", "hidden", "user");
                        hidden.setAuthenticated(true);
                        return hidden;
                    }))
                    .build();
        }

        @Bean
        SecurityFilterChain api(HttpSecurity http, SessionAuthorization sessions) {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/async")
                            .access(sessions.hasLiveSession())
                            .anyRequest()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder())))
                    .logout(withDefaults())
                    .build();
        }
    }
}
