// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.InvalidLogoutTokens;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Logout tokens of an identity provider, sent to an application with Spring Boot's own filter chain. */
@ExtendWith(OutputCaptureExtension.class)
class BackChannelLogoutTests {

    private static final String PATH = "/logout/back-channel";

    private static final String INVALID = "{\"error\":\"invalid_request\"}";

    private static final String READS_FORM = "X-Reads-Form";

    private static final TestIdentityProvider PROVIDER = TestIdentityProvider.start();

    private static final List<SessionRevoked> REVOKED = new CopyOnWriteArrayList<>();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static ConfigurableApplicationContext node;

    private static SessionService sessions;

    private Login login;

    @BeforeAll
    static void start() {
        node = start("plain-jwt");
        sessions = node.getBean(SessionService.class);
    }

    private static ConfigurableApplicationContext start(String policy) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET)
                .properties(Map.of(
                        "server.port", "0",
                        "server.address", "127.0.0.1",
                        "server.servlet.context-path", "/api",
                        "session.tracking.redis-url", REDIS.url(),
                        "session.tracking.outage-policy", policy,
                        "spring.security.oauth2.resourceserver.jwt.issuer-uri", PROVIDER.issuer(),
                        "session.tracking.issuers.main.preset", "keycloak",
                        "session.tracking.issuers.main.registration", "first-use",
                        "session.tracking.issuers.main.client-ids", "one, two",
                        "session.tracking.back-channel-logout.path", PATH))
                .run();
    }

    @AfterAll
    static void stop() {
        node.close();
        PROVIDER.close();
    }

    @BeforeEach
    void logIn() {
        REVOKED.clear();
        login = login(UUID.randomUUID().toString());
    }

    /** A login of a while ago, whose session the node has recorded. */
    private static Login login(String user) {
        Login login = PROVIDER.login(user, Instant.now().minusSeconds(20));
        // A node that has just recovered from an outage may not have noticed it.
        Awaitility.await().until(() -> me(login) == 200 && isRecorded(login));
        return login;
    }

    private static boolean isRecorded(Login login) {
        return REDIS.cli().number("EXISTS", "session:" + login.sid()) == 1;
    }

    @AfterEach
    void thaw() {
        REDIS.server().thaw();
    }

    private static URI uri(ConfigurableApplicationContext to, String path) {
        return URI.create("http://127.0.0.1:" + to.getEnvironment().getProperty("local.server.port") + "/api" + path);
    }

    private static HttpResponse<String> post(String form) {
        return post(node, form);
    }

    private static HttpResponse<String> post(ConfigurableApplicationContext to, String form) {
        return send(to, PATH, BodyPublishers.ofString(form), request -> {});
    }

    private static HttpResponse<String> send(
            ConfigurableApplicationContext to,
            String path,
            BodyPublisher body,
            Consumer<HttpRequest.Builder> customizer) {
        return TestServer.send(
                HttpRequest.newBuilder(uri(to, path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(body),
                customizer);
    }

    private static int me(Login login) {
        return me(node, login);
    }

    private static int me(ConfigurableApplicationContext to, Login login) {
        return TestServer.send(HttpRequest.newBuilder(uri(to, "/me")).GET(), TestServer.bearer(login.token()))
                .statusCode();
    }

    private static String of(Login login, @Nullable Object sid, Instant issuedAt) {
        Map<String, @Nullable Object> changes = new HashMap<>();
        changes.put("sid", sid);
        changes.put("iat", issuedAt.getEpochSecond());
        return "logout_token=" + login.logoutToken("one", changes);
    }

    private static void assertInvalid(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo(INVALID);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void logoutTokenEndsItsSessionWithAReason() {
        Login other = login(login.subject());
        assertThat(me(login)).isEqualTo(200);

        HttpResponse<String> response = post("logout_token=" + login.logoutToken("two"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(me(login)).isEqualTo(401);
        assertThat(me(other)).isEqualTo(200);
        Awaitility.await()
                .untilAsserted(() -> assertThat(REVOKED).singleElement().satisfies(event -> {
                    assertThat(event.reason()).isEqualTo(SessionEndReason.IDENTITY_PROVIDER);
                    assertThat(event.sessionIds()).containsExactly(login.sid());
                }));
    }

    @Test
    void logoutTokenMayComeBeforeTheFirstCall() {
        Login unseen = PROVIDER.login("carol", Instant.now().minusSeconds(20));
        Login another = PROVIDER.login("carol", Instant.now().minusSeconds(20));

        assertThat(post("logout_token=" + unseen.logoutToken("one")).statusCode())
                .isEqualTo(200);
        assertThat(me(unseen)).isEqualTo(401);
        assertThat(me(another)).isEqualTo(200);

        Login third = PROVIDER.login("carol", Instant.now().minusSeconds(20));
        assertThat(post(of(third, null, Instant.now().minusSeconds(2))).statusCode())
                .isEqualTo(200);
        assertThat(me(third)).isEqualTo(401);
        assertThat(me(another)).isEqualTo(401);
        assertThat(me(PROVIDER.login("carol"))).isEqualTo(200);
        assertThat(isRecorded(unseen)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", ""})
    void olderProvidersSendAnotherType(String type) {
        Map<String, Object> claims = new HashMap<>(claims(login.logoutToken("one")));
        claims.remove("exp");

        assertThat(post("logout_token=" + PROVIDER.sign(type.isEmpty() ? null : type, claims))
                        .statusCode())
                .isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    private static Map<String, Object> claims(String token) {
        try {
            return com.nimbusds.jwt.SignedJWT.parse(token).getJWTClaimsSet().getClaims();
        } catch (java.text.ParseException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @TestFactory
    List<DynamicTest> rejectsWhatIsInvalid(CapturedOutput output) {
        return InvalidLogoutTokens.forms(PROVIDER, login, "one").entrySet().stream()
                .map(form -> DynamicTest.dynamicTest(form.getKey(), () -> {
                    HttpResponse<String> response = post(form.getValue());

                    assertThat(response.statusCode()).isEqualTo(400);
                    assertThat(response.body()).startsWith("{\"error\":\"");
                    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
                    assertThat(me(login)).isEqualTo(200);
                    assertThat(output)
                            .doesNotContain("forged")
                            .doesNotContain("\tat ")
                            .doesNotContain("eyJ");
                }))
                .toList();
    }

    @Test
    void subOnlyEndsWhatTheUserHadBegun() {
        Login second = login(login.subject());
        Login stranger = login("somebody else");
        assertThat(me(login)).isEqualTo(200);

        assertThat(post(of(login, null, Instant.now())).statusCode()).isEqualTo(200);

        assertThat(me(login)).isEqualTo(401);
        assertThat(me(second)).isEqualTo(401);
        assertThat(me(stranger)).isEqualTo(200);
        assertThat(sessions.getUserSessions(login.subject())).isEmpty();
    }

    @Test
    void replayChangesNothing() {
        String perSession = "logout_token=" + login.logoutToken("one");
        String perUser = of(login, null, Instant.now().minusSeconds(5));
        Login later = PROVIDER.login(login.subject());
        assertThat(me(later)).isEqualTo(200);

        for (int i = 0; i < 3; i++) {
            assertThat(post(perSession).statusCode()).isEqualTo(200);
            assertThat(post(perUser).statusCode()).isEqualTo(200);
        }

        assertThat(me(login)).isEqualTo(401);
        assertThat(me(later)).isEqualTo(200);
        assertThat(sessions.getUserSessions(login.subject())).hasSize(1);
    }

    @Test
    void bodyIsBounded() {
        String valid = "logout_token=" + login.logoutToken("one");
        String padded = valid + "&x=" + "y".repeat(16 * 1024);

        assertInvalid(post(padded));
        assertInvalid(send(
                node,
                PATH,
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(padded.getBytes())),
                request -> {}));
        assertInvalid(post("x".repeat(1_000_000)));
        assertThat(me(login)).isEqualTo(200);

        assertThat(send(
                                node,
                                PATH,
                                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(valid.getBytes())),
                                request -> {})
                        .statusCode())
                .isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    @Test
    void wantsAForm() {
        BodyPublisher valid = BodyPublishers.ofString("logout_token=" + login.logoutToken("one"));

        assertInvalid(send(node, PATH, valid, request -> request.setHeader("Content-Type", "application/json")));
        assertInvalid(send(node, PATH, valid, request -> request.setHeader("Content-Type", "///")));
        assertInvalid(TestServer.send(HttpRequest.newBuilder(uri(node, PATH)).POST(valid), request -> {}));
        assertInvalid(
                send(node, PATH + "?logout_token=" + login.logoutToken("one"), BodyPublishers.noBody(), request -> {}));
        assertThat(me(login)).isEqualTo(200);

        assertThat(send(
                                node,
                                PATH,
                                valid,
                                request -> request.setHeader(
                                        "Content-Type", "Application/X-WWW-Form-Urlencoded;charset=UTF-8"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void filtersOfTheApplicationMayReadTheForm() {
        BodyPublisher valid = BodyPublishers.ofString("logout_token=" + login.logoutToken("one"));

        assertThat(send(node, PATH, valid, request -> request.header(READS_FORM, "true"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"})
    void onlyPostIsAllowed(String method) {
        HttpResponse<String> response = send(
                node,
                PATH,
                BodyPublishers.noBody(),
                request -> request.method(method, BodyPublishers.ofString("logout_token=" + login.logoutToken("one"))));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
        assertThat(me(login)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/logout/back-channel/",
                "/logout/back-channel/x",
                "/logout/back-channel;a=b",
                "/logout//back-channel",
                "/logout/back%2Dchannel",
                "/logout/%62ack-channel",
                "/logout/x/../back-channel",
                "/LOGOUT/back-channel",
                "/logout"
            })
    void otherPathsGoToSpringSecurity(String path) {
        HttpResponse<String> response =
                send(node, path, BodyPublishers.ofString("logout_token=" + login.logoutToken("one")), request -> {});

        assertThat(response.statusCode()).isIn(302, 400, 401, 403);
        assertThat(response.body()).isNotEqualTo(INVALID);
        assertThat(me(login)).isEqualTo(200);
    }

    @Test
    void unknownKeysDoNotFloodTheProvider() {
        assertThat(post("logout_token=" + login.logoutToken("one")).statusCode())
                .isEqualTo(200);
        Login other = login("bob");
        String unknownKey = InvalidLogoutTokens.forms(PROVIDER, other, "one").get("an unknown key");
        int before = PROVIDER.keyRequests();

        for (int i = 0; i < 20; i++) {
            assertThat(post(unknownKey).statusCode()).isEqualTo(400);
        }

        assertThat(PROVIDER.keyRequests() - before).isLessThan(10);
        assertThat(post("logout_token=" + other.logoutToken("one")).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain-jwt", "reject"})
    void frozenRedisKeepsTheRevocationOnThisNode(String policy) {
        try (ConfigurableApplicationContext other = start(policy)) {
            Login user = login(login.subject() + "2");
            assertThat(me(other, login)).isEqualTo(200);
            assertThat(me(other, user)).isEqualTo(200);
            assertThat(post(other, "logout_token=garbage").statusCode()).isEqualTo(400);
            Instant before = Instant.now();
            REDIS.server().freeze();

            assertThat(post(other, "logout_token=" + login.logoutToken("one")).statusCode())
                    .isEqualTo(200);
            assertThat(post(other, of(user, null, Instant.now())).statusCode()).isEqualTo(200);

            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(4));
            assertThat(me(other, login)).isEqualTo(401);
            assertThat(me(other, user)).isEqualTo(401);
            REDIS.server().thaw();
            Awaitility.await().untilAsserted(() -> {
                assertThat(me(login)).isEqualTo(401);
                assertThat(me(user)).isEqualTo(401);
            });
            assertThat(REDIS.cli().number("EXISTS", "session:" + login.sid())).isZero();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Application {

        @GetMapping("/me")
        String me() {
            return "me";
        }

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        Filter readsTheForm() {
            return (request, response, chain) -> {
                if (((HttpServletRequest) request).getHeader(READS_FORM) != null) {
                    request.getParameter("anything");
                }
                chain.doFilter(request, response);
            };
        }

        @EventListener
        void on(SessionRevoked event) {
            REVOKED.add(event);
        }
    }
}
