// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static dev.sessiontracking.security.servlet.TestServer.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.UserSession;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
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
    private static ConfigurableApplicationContext realm;

    private static ConfigurableApplicationContext two;

    @BeforeAll
    static void start() {
        provider = TestIdentityProvider.start();
        second = TestIdentityProvider.start();
        realm = start(
                OneIssuer.class,
                "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + provider.issuer(),
                "session.tracking.issuers.main.preset=keycloak",
                "session.tracking.issuers.main.registration=first-use");
        two = start(
                TwoIssuers.class,
                "session.tracking.issuers.main.issuer-uri=" + provider.issuer(),
                "session.tracking.issuers.main.registration=first-use",
                "session.tracking.issuers.second.issuer-uri=" + second.issuer(),
                "session.tracking.issuers.second.registration=first-use",
                "session.tracking.jwt.issuers=https://own.example.com");
    }

    private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "server.forward-headers-strategy=framework",
                        "spring.main.banner-mode=off",
                        "session.tracking.key-prefix=" + application.getSimpleName() + ":",
                        "session.tracking.redis-url=" + REDIS.url())
                .properties(properties)
                .run();
    }

    @AfterAll
    static void stop() {
        realm.close();
        two.close();
        provider.close();
        second.close();
    }

    private static HttpResponse<String> call(
            ConfigurableApplicationContext application,
            String method,
            String path,
            String token,
            Consumer<HttpRequest.Builder> more) {
        URI uri =
                URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + path);
        return TestServer.send(
                HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()),
                bearer(token).andThen(more));
    }

    private static int get(ConfigurableApplicationContext application, String token) {
        return call(application, "GET", "/me", token, request -> {}).statusCode();
    }

    private static SessionService sessions(ConfigurableApplicationContext application) {
        return application.getBean(SessionService.class);
    }

    @Test
    void twoLinesListTheSessionsOfARealm() {
        Login login = provider.login("listed");

        HttpResponse<String> response = call(
                realm,
                "GET",
                "/me",
                login.token(),
                request -> request.header("User-Agent", "Firefox").header("X-Forwarded-For", "203.0.113.9"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("listed");
        assertThat(sessions(realm).getUserSessions("listed")).singleElement().satisfies(session -> {
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
        assertThat(get(realm, login.token())).isEqualTo(200);

        assertThat(sessions(realm).revokeAllUserSessions("revoked").count()).isEqualTo(1);

        String old = login.token();
        assertThat(get(realm, old)).isEqualTo(401);
        assertThat(get(realm, login.token(Map.of("iat", Instant.now().getEpochSecond() + 5))))
                .isEqualTo(401);
        Login again = login.again(Instant.now().plusSeconds(2));
        assertThat(get(realm, again.token())).isEqualTo(200);
        assertThat(get(realm, old)).isEqualTo(401);
    }

    @Test
    void logoutEndsTheSession() {
        Login login = provider.login("leaving");
        assertThat(get(realm, login.token())).isEqualTo(200);

        assertThat(call(realm, "POST", "/logout", login.token(), request -> {}).statusCode())
                .isEqualTo(204);

        HttpResponse<String> rejected = call(realm, "GET", "/me", login.token(), request -> {});
        assertThat(rejected.statusCode()).isEqualTo(401);
        assertThat(rejected.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("session_end=\"logout\"");
    }

    @Test
    void logoutBeforeTheFirstUseEndsTheSession() {
        Login login = provider.login("leaving at once");

        assertThat(call(realm, "POST", "/logout", login.token(), request -> {}).statusCode())
                .isEqualTo(204);

        assertThat(get(realm, login.token())).isEqualTo(401);
    }

    @Test
    void tokenWithoutSubjectIsRejected(CapturedOutput output) {
        String lightweight = provider.login("nobody").token(Collections.singletonMap("sub", null));

        assertThat(get(realm, lightweight)).isEqualTo(401);
        assertThat(output).contains("session.tracking.issuers.main.user-id-claim");
        for (Object sub : List.of("", " ", "a\nb", "x".repeat(2_000))) {
            assertThat(get(realm, provider.login("nobody").token(Map.of("sub", sub))))
                    .as("sub %s", sub)
                    .isEqualTo(401);
        }
    }

    @Test
    void claimsOfWrongTypesAreRejectedWithoutAnError() {
        Login login = provider.login("mallory");
        for (Object sid : List.of(true, 1.5, List.of("a"), Map.of("a", "b"), "", " ", "a\nb", "x".repeat(300))) {
            assertThat(get(realm, login.token(Map.of("sid", sid))))
                    .as("sid %s", sid)
                    .isEqualTo(401);
        }
        for (Object time : List.of(true, "now", -5, 1e300, Long.MAX_VALUE, List.of())) {
            assertThat(get(realm, login.token(Map.of("auth_time", time, "sid", "time-" + time.hashCode()))))
                    .as("auth_time %s", time)
                    .isEqualTo(200);
        }
        // The decoder makes text of it.
        assertThat(get(realm, login.token(Map.of("sub", 42, "sid", "number")))).isEqualTo(200);
        assertThat(sessions(realm).getUserSessions("42")).hasSize(1);
        for (Object exp : List.of(9_999_999_999L, 253_402_300_799L, 1e17, 8e15, Long.MAX_VALUE)) {
            String sid = "exp-" + exp.hashCode();
            int status = get(realm, login.token(Map.of("exp", exp, "sid", sid)));
            // The decoder rejects what is no time.
            assertThat(status).as("exp %s", exp).isIn(200, 401);
            assertThat(sessions(realm).findSession(sid).isPresent()).isEqualTo(status == 200);
            sessions(realm)
                    .findSession(sid)
                    .ifPresent(session -> assertThat(session.expiresAt())
                            .isBefore(Instant.now().plus(Duration.ofDays(3_651))));
        }
        assertThat(get(realm, login.token(Map.of("sid", "x".repeat(2_000))))).isEqualTo(401);
        assertThat(get(realm, login.token(Map.of("sid", "{braces}")))).isEqualTo(200);
        assertThat(sessions(realm).revokeSession("{braces}")).isTrue();
        assertThat(get(realm, login.token(Map.of("sid", "{braces}")))).isEqualTo(401);
    }

    @Test
    void clientCredentialsArePlainTokens() {
        String transientToken = provider.login("service").token(Collections.singletonMap("sid", null));

        assertThat(get(realm, transientToken)).isEqualTo(200);
        assertThat(sessions(realm).getUserSessions("service")).isEmpty();
    }

    @Test
    void sessionsAndUsersOfTwoProvidersDoNotCollide() {
        String mine = provider.login("alice").token(Map.of("sid", "same"));
        String theirs = second.login("alice").token(Map.of("sid", "same"));
        assertThat(get(two, mine)).isEqualTo(200);
        assertThat(get(two, theirs)).isEqualTo(200);
        SessionService sessions = sessions(two);
        assertThat(sessions.getUserSessions("main|alice"))
                .extracting(UserSession::id)
                .containsExactly("main~same");
        assertThat(sessions.getUserSessions("alice")).isEmpty();

        sessions.revokeAllUserSessions("main|alice");

        assertThat(get(two, mine)).isEqualTo(401);
        assertThat(get(two, theirs)).isEqualTo(200);
        sessions.revokeSession("second~same");
        assertThat(get(two, second.login("alice").token(Map.of("sid", "same")))).isEqualTo(401);
    }

    @Test
    void aProviderCannotNameASessionOfAnotherOne() {
        assertThat(get(two, provider.login("victim").token(Map.of("sid", "target"))))
                .isEqualTo(200);
        String attack = second.login("main|victim").token(Map.of("sid", "main~target"));

        assertThat(call(two, "POST", "/logout", attack, request -> {}).statusCode())
                .isEqualTo(204);

        assertThat(get(two, provider.login("victim").token(Map.of("sid", "target"))))
                .isEqualTo(200);
        assertThat(sessions(two).getUserSessions("main|victim")).hasSize(1);
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
