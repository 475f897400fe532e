// SPDX-License-Identifier: Apache-2.0
package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;

import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionEvent.RequestRejected.Reason;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.SessionTokens;
import dev.sessiontracking.SessionTokens.TokenGrant;
import dev.sessiontracking.core.SessionTracking;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.test.InMemorySessionStore;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;

/** Follows docs/introducing.md step by step, with two services of one issuer, and loses nobody on the way. */
class IntroducingTests {

    private static final String IDENTITY_PROVIDER = "https://login.example.com";

    private final InMemorySessionStore redis = new InMemorySessionStore();

    private interface Step {
        void accept(Service service) throws Exception;
    }

    private record Service(WebApplicationContext context) {

        int get(String token) throws Exception {
            return MockMvcBuilders.webAppContextSetup(context)
                    .apply(springSecurity())
                    .build()
                    .perform(MockMvcRequestBuilders.get("/api").header("Authorization", "Bearer " + token))
                    .andReturn()
                    .getResponse()
                    .getStatus();
        }

        SessionService sessions() {
            return context.getBean(SessionService.class);
        }

        TokenGrant login() {
            return context.getBean(SessionTokens.class).login("alice", SessionMetadata.none());
        }

        TokenGrant refresh(String token) {
            return context.getBean(Refreshing.class).refresh(decoded(token), SessionMetadata.none());
        }

        long observed(Reason reason) {
            return context.getBean(SessionTracking.class)
                    .statistics()
                    .observedRejections()
                    .of(reason);
        }

        long observed() {
            return Stream.of(Reason.values()).mapToLong(this::observed).sum();
        }
    }

    private static void service(InMemorySessionStore redis, Step step, String... properties) {
        WebApplicationContextRunner runner = new WebApplicationContextRunner()
                .withUserConfiguration(Api.class)
                .withPropertyValues(properties);
        (redis == null ? runner : runner.withBean(InMemorySessionStore.class, () -> redis)).run(context -> {
            assertThat(context).hasNotFailed();
            step.accept(new Service(context));
        });
    }

    private static String signed(Map<String, Object> claims) {
        return TestIssuer.get().sign(token -> claims.forEach(token::claim));
    }

    private static Jwt decoded(String token) {
        return new Api().jwtDecoder().decode(token);
    }

    /** Decoders accept the same token with other unused bits, characters that mean nothing, and spaces around it. */
    private static List<String> otherTextsOf(String token) {
        String base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = token.length() - 1;
        String unusedBits = token.substring(0, last) + base64.charAt(base64.indexOf(token.charAt(last)) ^ 1);
        return List.of(token, unusedBits, token + "=", " " + token, token + "\n");
    }

    @Test
    void nobodyIsLoggedOut() {
        String oldAccess = TestIssuer.get().sign(token -> {});
        String oldRefresh = TestIssuer.get()
                .sign(token -> token.jwtID("one")
                        .expirationTime(Date.from(Instant.now().plusSeconds(3_000))));
        String foreign =
                TestIssuer.get().sign(token -> token.issuer(IDENTITY_PROVIDER).claim("sid", "theirs"));
        service(null, plain -> assertThat(plain.get(oldAccess)).isEqualTo(200));

        // 1. Observe everywhere
        String[] observe = {"session.tracking.mode=observe"};
        service(
                redis,
                issuer -> {
                    assertThat(issuer.get(oldAccess)).isEqualTo(200);
                    assertThat(issuer.observed()).isZero();
                    assertThat(issuer.get(foreign)).isEqualTo(200);
                    assertThat(issuer.observed(Reason.ENDED)).isEqualTo(1);
                },
                observe);
        String[] onlyOurs = {
            observe[0], "session.tracking.jwt.issuers=" + TestIssuer.get().uri()
        };

        // 2. Issue sessions
        String[] tokens = new String[2];
        service(
                redis,
                issuer -> {
                    assertThat(issuer.get(foreign)).isEqualTo(200);
                    TokenGrant login = issuer.login();
                    tokens[0] = signed(login.accessClaims());
                    TokenGrant renewed = issuer.refresh(signed(login.refreshClaims()));
                    TokenGrant registered = issuer.refresh(oldRefresh);
                    tokens[1] = signed(registered.accessClaims());
                    assertThat(registered.session().tracked()).isTrue();
                    assertThat(issuer.refresh(oldRefresh).session().id())
                            .isEqualTo(registered.session().id());
                    assertThat(issuer.refresh(signed(registered.refreshClaims()))
                                    .session()
                                    .id())
                            .isEqualTo(registered.session().id());
                    assertThat(issuer.sessions().getUserSessions("alice"))
                            .extracting(session -> session.id())
                            .containsExactlyInAnyOrder(
                                    renewed.session().id(), registered.session().id());
                    for (String token : new String[] {oldAccess, tokens[0], tokens[1]}) {
                        assertThat(issuer.get(token)).isEqualTo(200);
                    }
                    assertThat(issuer.observed()).isZero();
                },
                onlyOurs);

        // 3. Enforce, one service after the other: this one does, the issuer does not yet
        service(
                redis,
                api -> {
                    for (String token : new String[] {oldAccess, tokens[0], tokens[1], foreign}) {
                        assertThat(api.get(token)).isEqualTo(200);
                    }
                },
                onlyOurs[1]);
        service(
                redis,
                issuer -> {
                    issuer.sessions().revokeAllUserSessions("alice");
                    assertThat(issuer.get(tokens[0])).isEqualTo(200);
                    assertThat(issuer.get(tokens[1])).isEqualTo(200);
                    assertThat(issuer.observed(Reason.ENDED)).isEqualTo(2);
                },
                onlyOurs);
        service(
                redis,
                api -> {
                    assertThat(api.get(tokens[0])).isEqualTo(401);
                    assertThat(api.get(tokens[1])).isEqualTo(401);
                    assertThat(api.get(oldAccess)).as("authenticated before it").isEqualTo(401);
                    assertThat(api.get(foreign)).isEqualTo(200);
                    for (String text : otherTextsOf(oldRefresh)) {
                        assertThatExceptionOfType(SessionEndedException.class).isThrownBy(() -> api.refresh(text));
                    }
                },
                onlyOurs[1]);

        // 4. Require sessions, after the last old token has expired
        String required = "session.tracking.jwt.require-session=true";
        String bobs = TestIssuer.get().sign(token -> token.subject("bob"));
        service(
                redis,
                issuer -> {
                    assertThat(issuer.get(bobs)).isEqualTo(200);
                    assertThat(issuer.observed(Reason.UNUSABLE)).isEqualTo(1);
                },
                onlyOurs[0],
                onlyOurs[1],
                required);
        service(redis, api -> assertThat(api.get(bobs)).isEqualTo(401), onlyOurs[1], required);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Refreshing.class)
    static class Api {

        @Bean
        JwtDecoder jwtDecoder() {
            return NimbusJwtDecoder.withJwkSetUri(TestIssuer.get().jwkSetUri()).build();
        }

        @Bean
        Controller controller() {
            return new Controller();
        }
    }

    @RestController
    static class Controller {

        @GetMapping("/api")
        String api() {
            return "ok";
        }
    }
}
