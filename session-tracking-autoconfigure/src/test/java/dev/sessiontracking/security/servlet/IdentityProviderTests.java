// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.resource.authentication.JwtIssuerAuthenticationManagerResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Servlet applications whose tokens an identity provider issues. */
@ExtendWith(OutputCaptureExtension.class)
class IdentityProviderTests {

    private static final List<SessionEvent> EVENTS = new CopyOnWriteArrayList<>();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static TestIdentityProvider provider;

    private static TestIdentityProvider second;

    /** The two lines for a Keycloak realm. */
    private static ServletNode realm;

    private static ServletNode two;

    @BeforeAll
    static void start() {
        provider = TestIdentityProvider.start();
        second = TestIdentityProvider.start();
        realm = ServletNode.start(
                OneIssuer.class,
                REDIS.url(),
                "server.forward-headers-strategy=framework",
                "session.tracking.key-prefix=realm:",
                "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + provider.issuer(),
                "session.tracking.issuers.main.preset=keycloak",
                "session.tracking.issuers.main.registration=first-use");
        two = ServletNode.start(
                TwoIssuers.class,
                REDIS.url(),
                "session.tracking.key-prefix=two:",
                "session.tracking.issuers.main.issuer-uri=" + provider.issuer(),
                "session.tracking.issuers.main.registration=first-use",
                "session.tracking.issuers.second.issuer-uri=" + second.issuer(),
                "session.tracking.issuers.second.registration=first-use",
                "session.tracking.jwt.issuers=https://own.example.com");
    }

    @AfterAll
    static void stop() {
        realm.close();
        two.close();
        provider.close();
        second.close();
    }

    @Test
    void twoLinesListTheSessionsOfARealm() {
        Login login = provider.login("listed");

        HttpResponse<String> response = realm.call(
                "GET",
                "/me",
                login.token(),
                request -> request.header("User-Agent", "Firefox").header("X-Forwarded-For", "203.0.113.9"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("listed");
        assertThat(realm.sessions().getUserSessions("listed")).singleElement().satisfies(session -> {
            assertThat(session.id()).isEqualTo(login.sid());
            assertThat(session.metadata()).isEqualTo(SessionMetadata.of("203.0.113.9", "Firefox"));
        });
        Awaitility.await()
                .untilAsserted(() -> assertThat(EVENTS)
                        .filteredOn(event -> event instanceof SessionEvent.SessionCreated created
                                && created.session().id().equals(login.sid()))
                        .hasSize(1));
    }

    @Test
    void revocationHoldsForRefreshedTokensUntilTheUserAuthenticatesAgain() {
        Login login = provider.login("revoked", Instant.now().minusSeconds(60));
        assertThat(realm.get(login.token())).isEqualTo(200);

        assertThat(realm.sessions().revokeAllUserSessions("revoked").count()).isEqualTo(1);

        String old = login.token();
        assertThat(realm.get(old)).isEqualTo(401);
        assertThat(realm.get(login.token(Map.of("iat", Instant.now().getEpochSecond() + 5))))
                .isEqualTo(401);
        Login again = login.again(Instant.now().plusSeconds(2));
        assertThat(realm.get(again.token())).isEqualTo(200);
        assertThat(realm.get(old)).isEqualTo(401);
    }

    @Test
    void logoutEndsTheSession() {
        Login login = provider.login("leaving");
        assertThat(realm.get(login.token())).isEqualTo(200);

        assertThat(realm.call("POST", "/logout", login.token()).statusCode()).isEqualTo(204);

        HttpResponse<String> rejected = realm.call("GET", "/me", login.token());
        assertThat(rejected.statusCode()).isEqualTo(401);
        assertThat(rejected.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("session_end=\"logout\"");
    }

    @Test
    void logoutBeforeTheFirstUseEndsTheSession() {
        Login login = provider.login("leaving at once");

        assertThat(realm.call("POST", "/logout", login.token()).statusCode()).isEqualTo(204);

        assertThat(realm.get(login.token())).isEqualTo(401);
    }

    @Test
    void tokenWithoutSubjectIsRejected(CapturedOutput output) {
        String lightweight = provider.login("nobody").token(Collections.singletonMap("sub", null));

        assertThat(realm.get(lightweight)).isEqualTo(401);
        assertThat(output).contains("session.tracking.issuers.main.user-id-claim");
        for (Object sub : List.of("", " ", "a\nb", "x".repeat(2_000))) {
            assertThat(realm.get(provider.login("nobody").token(Map.of("sub", sub))))
                    .as("sub %s", sub)
                    .isEqualTo(401);
        }
    }

    @Test
    void claimsOfWrongTypesAreRejectedWithoutAnError() {
        Login login = provider.login("mallory");
        for (Object sid : List.of(true, 1.5, List.of("a"), Map.of("a", "b"), "", " ", "a\nb", "x".repeat(300))) {
            assertThat(realm.get(login.token(Map.of("sid", sid))))
                    .as("sid %s", sid)
                    .isEqualTo(401);
        }
        for (Object time : List.of(true, "now", -5, 1e300, Long.MAX_VALUE, List.of())) {
            assertThat(realm.get(login.token(Map.of("auth_time", time, "sid", "time-" + time.hashCode()))))
                    .as("auth_time %s", time)
                    .isEqualTo(200);
        }
        // The decoder makes text of it.
        assertThat(realm.get(login.token(Map.of("sub", 42, "sid", "number")))).isEqualTo(200);
        assertThat(realm.sessions().getUserSessions("42")).hasSize(1);
        for (Object exp : List.of(9_999_999_999L, 253_402_300_799L, 1e17, 8e15, Long.MAX_VALUE)) {
            String sid = "exp-" + exp.hashCode();
            int status = realm.get(login.token(Map.of("exp", exp, "sid", sid)));
            // The decoder rejects what is no time.
            assertThat(status).as("exp %s", exp).isIn(200, 401);
            assertThat(realm.sessions().findSession(sid).isPresent()).isEqualTo(status == 200);
            realm.sessions()
                    .findSession(sid)
                    .ifPresent(session -> assertThat(session.expiresAt())
                            .isBefore(Instant.now().plus(Duration.ofDays(3_651))));
        }
        assertThat(realm.get(login.token(Map.of("sid", "x".repeat(2_000))))).isEqualTo(401);
        assertThat(realm.get(login.token(Map.of("sid", "{braces}")))).isEqualTo(200);
        assertThat(realm.sessions().revokeSession("{braces}")).isTrue();
        assertThat(realm.get(login.token(Map.of("sid", "{braces}")))).isEqualTo(401);
    }

    @Test
    void clientCredentialsArePlainTokens() {
        String transientToken = provider.login("service").token(Collections.singletonMap("sid", null));

        assertThat(realm.get(transientToken)).isEqualTo(200);
        assertThat(realm.sessions().getUserSessions("service")).isEmpty();
    }

    @Test
    void sessionsAndUsersOfTwoProvidersDoNotCollide() {
        String mine = provider.login("alice").token(Map.of("sid", "same"));
        String theirs = second.login("alice").token(Map.of("sid", "same"));
        assertThat(two.get(mine)).isEqualTo(200);
        assertThat(two.get(theirs)).isEqualTo(200);
        SessionService sessions = two.sessions();
        assertThat(sessions.getUserSessions("main|alice"))
                .extracting(UserSession::id)
                .containsExactly("main~same");
        assertThat(sessions.getUserSessions("alice")).isEmpty();

        sessions.revokeAllUserSessions("main|alice");

        assertThat(two.get(mine)).isEqualTo(401);
        assertThat(two.get(theirs)).isEqualTo(200);
        sessions.revokeSession("second~same");
        assertThat(two.get(second.login("alice").token(Map.of("sid", "same")))).isEqualTo(401);
    }

    @Test
    void aProviderCannotNameASessionOfAnotherOne() {
        assertThat(two.get(provider.login("victim").token(Map.of("sid", "target"))))
                .isEqualTo(200);
        String attack = second.login("main|victim").token(Map.of("sid", "main~target"));

        assertThat(two.call("POST", "/logout", attack).statusCode()).isEqualTo(204);

        assertThat(two.get(provider.login("victim").token(Map.of("sid", "target"))))
                .isEqualTo(200);
        assertThat(two.sessions().getUserSessions("main|victim")).hasSize(1);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class OneIssuer extends Application {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoIssuers extends Application {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.authenticationManagerResolver(
                            JwtIssuerAuthenticationManagerResolver.fromTrustedIssuers(
                                    provider.issuer(), second.issuer())))
                    .build();
        }
    }

    @RestController
    static class Application {

        @GetMapping("/me")
        String me(java.security.Principal principal) {
            return principal.getName();
        }

        @EventListener
        void on(SessionEvent event) {
            EVENTS.add(event);
        }
    }
}
