// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** A WebFlux application whose tokens an identity provider issues. No event loop is blocked. */
@ExtendWith(EventLoopGuard.class)
class IdentityProviderFluxTests {

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static TestIdentityProvider provider;

    private static FluxServer server;

    private static FluxServer rejecting;

    @BeforeAll
    static void start() {
        provider = TestIdentityProvider.start();
        server = start("plain-jwt");
        rejecting = start("reject");
    }

    private static FluxServer start(String policy) {
        return FluxServer.withRedis(
                REDIS.url(),
                Application.class,
                "session.tracking.outage-policy=" + policy,
                "server.forward-headers-strategy=framework",
                "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + provider.issuer(),
                "session.tracking.issuers.main.preset=keycloak",
                "session.tracking.issuers.main.registration=first-use");
    }

    @AfterAll
    static void stop() {
        server.close();
        rejecting.close();
        provider.close();
    }

    private static int get(FluxServer node, String token) {
        return node.call("GET", "/me", token).statusCode();
    }

    @Test
    void firstUseMakesASessionVisibleAndRevocable() {
        Login login = provider.login("alice", Instant.now().minusSeconds(60));
        SessionService sessions = server.bean(SessionService.class);

        assertThat(server.call(
                                "GET",
                                "/me",
                                request -> request.header("Authorization", "Bearer " + login.token())
                                        .header("User-Agent", "Firefox")
                                        .header("X-Forwarded-For", "203.0.113.9"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(sessions.getUserSessions("alice")).singleElement().satisfies(session -> {
            assertThat(session.id()).isEqualTo(login.sid());
            assertThat(session.metadata()).isEqualTo(SessionMetadata.of("203.0.113.9", "Firefox"));
        });
        for (int i = 0; i < 10; i++) {
            assertThat(get(server, login.token())).isEqualTo(200);
            assertThat(get(rejecting, login.token())).isEqualTo(200);
        }

        assertThat(sessions.revokeSession(login.sid())).isTrue();

        assertThat(get(server, login.token())).isEqualTo(401);
        Awaitility.await()
                .untilAsserted(() -> assertThat(get(rejecting, login.token())).isEqualTo(401));
        assertThat(get(server, login.again(Instant.now().plusSeconds(2)).token()))
                .isEqualTo(200);
        assertThat(get(server, login.token())).isEqualTo(401);
    }

    @Test
    void logoutBeforeTheFirstUseEndsTheSession() {
        Login login = provider.login("bob");

        assertThat(server.call("POST", "/logout", login.token()).statusCode()).isEqualTo(204);

        assertThat(get(server, login.token())).isEqualTo(401);
        assertThat(get(rejecting, login.token())).isEqualTo(401);
    }

    @Test
    void firstUseInAnOutageFollowsThePolicy() {
        Login warm = provider.login("carol");
        assertThat(get(server, warm.token())).isEqualTo(200);
        assertThat(get(rejecting, warm.token())).isEqualTo(200);
        Login login = provider.login("carol");
        REDIS.server().freeze();
        try {
            assertThat(get(server, login.token())).isEqualTo(200);
            assertThat(get(rejecting, login.token())).isEqualTo(503);
        } finally {
            REDIS.server().thaw();
        }
        Awaitility.await().untilAsserted(() -> {
            assertThat(get(rejecting, login.token())).isEqualTo(200);
            assertThat(server.bean(SessionService.class).getUserSessions("carol"))
                    .hasSize(2);
        });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Application {

        @GetMapping("/me")
        Mono<String> me() {
            return Mono.just("me");
        }
    }
}
