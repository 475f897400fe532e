// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionService;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.resource.authentication.JwtIssuerAuthenticationManagerResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Users and identity providers with unusual claims, clocks and ids, against two nodes. */
class IdentityProviderAttackTests {

    private static final String PATH = "/logout/back-channel";

    private static final TestIdentityProvider MAIN = TestIdentityProvider.start();

    private static final TestIdentityProvider SECOND = TestIdentityProvider.start();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static ServletNode node;

    private static ServletNode alone;

    private static ServletNode observing;

    private static SessionService sessions;

    @BeforeAll
    static void startNodes() {
        node = start();
        alone = start("session.tracking.near-cache.enabled=false");
        observing = start("session.tracking.mode=observe", "session.tracking.feed.enabled=false");
        sessions = node.sessions();
    }

    private static ServletNode start(String... properties) {
        Stream<String> common = Stream.of(
                "session.tracking.issuers.main.issuer-uri=" + MAIN.issuer(),
                "session.tracking.issuers.main.registration=first-use",
                "session.tracking.issuers.main.client-ids=one",
                "session.tracking.issuers.second.issuer-uri=" + SECOND.issuer(),
                "session.tracking.issuers.second.registration=first-use",
                "session.tracking.issuers.second.client-ids=one",
                "session.tracking.back-channel-logout.path=" + PATH);
        return ServletNode.start(
                Application.class,
                REDIS.url(),
                Stream.concat(common, Stream.of(properties)).toArray(String[]::new));
    }

    @AfterAll
    static void stop() {
        List.of(node, alone, observing).forEach(ServletNode::close);
        MAIN.close();
        SECOND.close();
    }

    @AfterEach
    void thaw() {
        REDIS.server().thaw();
    }

    private static void assertStatus(String token, int status, Object what) {
        for (ServletNode to : List.of(alone, node)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .untilAsserted(() -> assertThat(to.get(token))
                            .as("%s %s", to == alone ? "alone" : "node", what)
                            .isEqualTo(status));
        }
    }

    private static int logout(String token) {
        return TestServer.send(
                        HttpRequest.newBuilder(node.uri(PATH))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString("logout_token=" + token)),
                        request -> {})
                .statusCode();
    }

    private static String ofUser(Login login, Instant issuedAt) {
        Map<String, @Nullable Object> changes = new HashMap<>();
        changes.put("sid", null);
        changes.put("iat", issuedAt.getEpochSecond());
        changes.put("exp", issuedAt.getEpochSecond() + 900);
        return login.logoutToken("one", changes);
    }

    @Test
    void revocationHoldsWhateverTheTimeOfAuthenticationIs() {
        long now = Instant.now().getEpochSecond();
        List<@Nullable Object> times = Arrays.asList(
                null,
                0,
                -1,
                "",
                String.valueOf(now),
                now - 0.5,
                now * 1000,
                95_617_584_000L,
                1e300,
                true,
                List.of(now));
        for (Object time : times) {
            Login login = MAIN.login("time-" + times.indexOf(time), null);
            Map<String, @Nullable Object> claim = Collections.singletonMap("auth_time", time);
            assertStatus(login.token(claim), 200, time);

            assertThat(sessions.revokeSession("main~" + login.sid()))
                    .as("%s", time)
                    .isTrue();

            assertStatus(login.token(claim), 401, time);
            assertStatus(login.token(), 401, time);
            assertStatus(login.token(Map.of("auth_time", now - 5)), 401, time);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a|b", "main|x", "second~y", "ü€😀", "{a}", "a b", "'\"\\", "%0a", "255"})
    void usersOfTwoProvidersAreDifferentWhateverTheirIds(String id) {
        String user = id.equals("255") ? "ü".repeat(255) : id;
        String mine = MAIN.login(user, Instant.now().minusSeconds(9)).token(Map.of("sid", "same-" + id.hashCode()));
        String theirs = SECOND.login(user, Instant.now().minusSeconds(9)).token(Map.of("sid", "same-" + id.hashCode()));
        assertStatus(mine, 200, id);
        assertStatus(theirs, 200, id);

        assertThat(sessions.revokeAllUserSessions("main|" + user).count()).isEqualTo(1);

        assertStatus(mine, 401, id);
        assertStatus(theirs, 200, id);
        assertThat(logout(ofUser(SECOND.login(user), Instant.now()))).isEqualTo(200);
        assertStatus(theirs, 401, id);
    }

    @Test
    void providerCannotLogOutASessionOfAnotherOne() {
        Login victim = MAIN.login("victim", Instant.now().minusSeconds(9));
        assertStatus(victim.token(), 200, "before");

        for (String sid : List.of("main~" + victim.sid(), victim.sid(), "../main~" + victim.sid())) {
            assertThat(logout(SECOND.login("x").logoutToken("one", Map.of("sid", sid))))
                    .isEqualTo(200);
        }
        assertThat(logout(ofUser(SECOND.login("main|victim"), Instant.now()))).isEqualTo(200);
        assertThat(logout(MAIN.login("x").logoutToken("one", Map.of("iss", SECOND.issuer(), "sid", victim.sid()))))
                .isEqualTo(400);

        assertStatus(victim.token(), 200, "after");
    }

    @Test
    void logoutOfAUserFromTheFutureDoesNotLockOut() {
        Login login = MAIN.login("ahead", Instant.now().minusSeconds(9));
        assertStatus(login.token(), 200, "before");

        assertThat(logout(ofUser(login, Instant.now().plusSeconds(540)))).isEqualTo(200);

        assertStatus(login.token(), 401, "after");
        assertStatus(MAIN.login("ahead", Instant.now().plusSeconds(2)).token(), 200, "next login");
        assertStatus(login.again(Instant.now().plusSeconds(2)).token(), 200, "again");
    }

    @Test
    void logoutOfAUserFromThePastSparesLaterSessions() {
        Login first = MAIN.login("late", Instant.now().minusSeconds(590));
        Login later = MAIN.login("late", Instant.now().minusSeconds(300));
        List.of(first, later).forEach(login -> assertStatus(login.token(), 200, "before"));

        assertThat(logout(ofUser(first, Instant.now().minusSeconds(540)))).isEqualTo(200);

        assertStatus(first.token(), 401, "after");
        assertStatus(later.token(), 200, "after");
        assertStatus(MAIN.login("late", Instant.now().minusSeconds(100)).token(), 200, "unseen");
        assertStatus(MAIN.login("late", Instant.now().minusSeconds(560)).token(), 401, "unseen");
    }

    @Test
    void logoutFromTheFutureDuringAnOutageDoesNotLockOut() {
        Login login = MAIN.login("frozen", Instant.now().minusSeconds(9));
        assertStatus(login.token(), 200, "before");
        REDIS.server().freeze();
        assertThat(logout(ofUser(login, Instant.now().plusSeconds(540)))).isEqualTo(200);
        REDIS.server().thaw();

        Awaitility.await()
                .untilAsserted(() -> assertThat(alone.get(login.token())).isEqualTo(401));
        assertStatus(MAIN.login("frozen", Instant.now().plusSeconds(2)).token(), 200, "next login");
        assertStatus(login.again(Instant.now().plusSeconds(2)).token(), 200, "again");
    }

    @Test
    void observingNodeRevokesForTheOthers() {
        Login login = MAIN.login("observed", Instant.now().minusSeconds(9));
        assertThat(observing.get(login.token())).isEqualTo(200);
        assertStatus(login.token(), 200, "before");

        observing.sessions().revokeSession("main~" + login.sid());

        assertStatus(login.token(), 401, "after");
        assertThat(observing.get(login.token())).isEqualTo(200);
        assertThat(observing.get(login.token(Collections.singletonMap("sub", null))))
                .isEqualTo(200);
    }

    @Test
    void hostileLogoutRequestsAreInvalid() {
        String header = encoded("{\"alg\":\"RS256\"}");
        List<String> tokens = List.of(
                header + "." + encoded("{\"iss\":" + "[".repeat(9_000)) + ".AA",
                encoded("[".repeat(9_000)) + ".AA.AA",
                header + "." + encoded("{\"iss\":" + "[".repeat(4_000) + "]".repeat(4_000) + "}") + ".AA",
                encoded("{\"alg\":\"RSA-OAEP\",\"enc\":\"A128GCM\"}") + ".AA.AA.AA.AA",
                header + "." + encoded("{\"iss\":\"" + MAIN.issuer() + "\",\"iat\":1e999,\"exp\":-1e999}") + ".AA",
                "%ff%fe%00",
                "%",
                "%zz",
                "..",
                "....",
                "\u0000");
        for (String token : tokens) {
            assertThat(logout(token)).as("%.60s", token).isEqualTo(400);
        }
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
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
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.authenticationManagerResolver(
                            JwtIssuerAuthenticationManagerResolver.fromTrustedIssuers(MAIN.issuer(), SECOND.issuer())))
                    .build();
        }
    }
}
