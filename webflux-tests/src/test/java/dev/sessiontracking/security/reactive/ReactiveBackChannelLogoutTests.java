// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.InvalidLogoutTokens;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logout tokens of an identity provider, sent to a WebFlux application. No event loop is blocked. */
@ExtendWith(EventLoopGuard.class)
class ReactiveBackChannelLogoutTests {

    private static final String PATH = "/logout/back-channel";

    private static final String INVALID = "{\"error\":\"invalid_request\"}";

    private static final TestIdentityProvider PROVIDER = TestIdentityProvider.start();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static FluxServer server;

    private Login login;

    @BeforeAll
    static void start() {
        server = FluxServer.withRedis(
                REDIS.url(),
                IdentityProviderFluxTests.Application.class,
                "spring.webflux.base-path=/api",
                "session.tracking.issuers.main.issuer-uri=" + PROVIDER.issuer(),
                "session.tracking.issuers.main.client-ids=one",
                "session.tracking.back-channel-logout.path=" + PATH,
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri=" + PROVIDER.jwkSetUri());
    }

    @AfterAll
    static void stop() {
        server.close();
        PROVIDER.close();
    }

    @BeforeEach
    void logIn() {
        login = login(UUID.randomUUID().toString());
    }

    private static Login login(String user) {
        Login login = PROVIDER.login(user, Instant.now().minusSeconds(20));
        // A node that has just recovered from an outage may not have noticed it.
        Awaitility.await()
                .until(() -> server.bean(SessionService.class)
                        .createSession(user, login.sid(), SessionMetadata.none())
                        .tracked());
        return login;
    }

    private static HttpResponse<String> post(String form) {
        return post("/api" + PATH, BodyPublishers.ofString(form), "application/x-www-form-urlencoded");
    }

    private static HttpResponse<String> post(String path, BodyPublisher body, String type) {
        return server.call(
                "POST", path, request -> request.header("Content-Type", type).POST(body));
    }

    private static int me(Login login) {
        return server.call("GET", "/api/me", login.token()).statusCode();
    }

    private static void assertInvalid(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo(INVALID);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void logoutTokenEndsItsSession() {
        Login other = login(login.subject());
        assertThat(me(login)).isEqualTo(200);

        HttpResponse<String> response = post("logout_token=" + login.logoutToken("one"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(me(login)).isEqualTo(401);
        assertThat(me(other)).isEqualTo(200);
    }

    @Test
    void subOnlyEndsWhatTheUserHadBegun() {
        Map<String, @Nullable Object> changes = new HashMap<>();
        changes.put("sid", null);
        String token = login.logoutToken("one", changes);

        assertThat(post("logout_token=" + token).statusCode()).isEqualTo(200);
        assertThat(me(login)).isEqualTo(401);
    }

    @TestFactory
    List<DynamicTest> rejectsWhatIsInvalid() {
        return InvalidLogoutTokens.forms(PROVIDER, login, "one").entrySet().stream()
                .map(form -> DynamicTest.dynamicTest(form.getKey(), () -> {
                    HttpResponse<String> response = post(form.getValue());

                    assertThat(response.statusCode()).isEqualTo(400);
                    assertThat(response.body()).startsWith("{\"error\":\"");
                    assertThat(me(login)).isEqualTo(200);
                }))
                .toList();
    }

    @Test
    void bodyIsBoundedAndAForm() {
        String valid = "logout_token=" + login.logoutToken("one");
        byte[] padded = (valid + "&x=" + "y".repeat(16 * 1024)).getBytes(StandardCharsets.UTF_8);
        String form = "application/x-www-form-urlencoded";

        assertInvalid(post("/api" + PATH, BodyPublishers.ofByteArray(padded), form));
        assertInvalid(post("/api" + PATH, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(padded)), form));
        assertInvalid(post("/api" + PATH, BodyPublishers.ofString(valid), "application/json"));
        assertInvalid(post("/api" + PATH, BodyPublishers.noBody(), form));
        assertThat(me(login)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
    void onlyPostIsAllowed(String method) {
        HttpResponse<String> response = server.call(method, "/api" + PATH, request -> {});

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {PATH + "/", PATH + "/x", PATH + ";a=b", "/logout/back%2Dchannel", "/logout/%62ack-channel"})
    void otherPathsGoToSpringSecurity(String path) {
        HttpResponse<String> response = post(
                "/api" + path,
                BodyPublishers.ofString("logout_token=" + login.logoutToken("one")),
                "application/x-www-form-urlencoded");

        assertThat(response.statusCode()).isIn(400, 401, 403, 404);
        assertThat(response.body()).isNotEqualTo(INVALID);
        assertThat(me(login)).isEqualTo(200);
    }

    @Test
    void frozenRedisKeepsTheRevocationOnThisNode() {
        assertThat(me(login)).isEqualTo(200);
        REDIS.server().freeze();
        try {
            assertThat(post("logout_token=" + login.logoutToken("one")).statusCode())
                    .isEqualTo(200);
            assertThat(me(login)).isEqualTo(401);
        } finally {
            REDIS.server().thaw();
        }
        Awaitility.await().until(() -> REDIS.cli().number("EXISTS", "session:" + login.sid()) == 0);
    }
}
