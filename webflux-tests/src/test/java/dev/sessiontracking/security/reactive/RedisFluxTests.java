// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent;
import dev.sessiontracking.SessionEvent.RequestRejected;
import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.testkit.RedisServerExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** A WebFlux application with everything that the starter brings, against a real server. No event loop is blocked. */
@ExtendWith(EventLoopGuard.class)
class RedisFluxTests {

    private static final List<SessionEvent> EVENTS = new CopyOnWriteArrayList<>();

    private static final List<String> LISTENER_THREADS = new CopyOnWriteArrayList<>();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    private static FluxServer server;

    private static FluxServer rejecting;

    @BeforeAll
    static void start() {
        server = start("plain-jwt");
        rejecting = start("reject");
    }

    private static FluxServer start(String policy) {
        return FluxServer.withRedis(
                REDIS.url(),
                Application.class,
                "session.tracking.outage-policy=" + policy,
                "session.tracking.command-timeout=500ms",
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri="
                        + TestIssuer.get().jwkSetUri());
    }

    @AfterAll
    static void stop() {
        server.close();
        rejecting.close();
    }

    @BeforeEach
    void forget() {
        EVENTS.clear();
        LISTENER_THREADS.clear();
    }

    private static String begin() {
        return server.bean(SessionService.class)
                .createSession("alice", SessionMetadata.none())
                .id();
    }

    private static int get(FluxServer node, String session) {
        return node.call("GET", "/me", TestIssuer.get().token(session)).statusCode();
    }

    @Test
    void hitsMissesAndRevocationsBlockNoEventLoop() {
        String session = begin();
        for (int i = 0; i < 20; i++) {
            assertThat(get(server, session)).isEqualTo(200);
        }
        assertThat(get(server, "never-created")).isEqualTo(401);

        REDIS.cli().command("DEL", "session:" + session);

        Awaitility.await().untilAsserted(() -> assertThat(get(server, session)).isEqualTo(401));
    }

    @Test
    void handlersRunOnNoThreadOfTheConnection() {
        for (int i = 0; i < 5; i++) {
            assertThat(server.call("GET", "/thread", TestIssuer.get().token(begin()))
                            .body())
                    .doesNotContain("lettuce");
        }
    }

    @Test
    void logoutTellsListenersWhoOnAThreadThatMayBlock() {
        String session = begin();
        String token = TestIssuer.get().token(session);
        forget();

        assertThat(server.call("POST", "/logout", token).statusCode()).isEqualTo(204);
        assertThat(server.call("GET", "/me", token).headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).contains("session_end=\"logout\""));

        Awaitility.await().untilAsserted(() -> assertThat(EVENTS).hasAtLeastOneElementOfType(RequestRejected.class));
        assertThat(EVENTS)
                .filteredOn(SessionRevoked.class::isInstance)
                .singleElement()
                .satisfies(event ->
                        assertThat(((SessionRevoked) event).principal()).isEqualTo("alice"));
        assertThat(LISTENER_THREADS)
                .isNotEmpty()
                .allMatch(name -> name.matches("boundedElastic.*|session-tracking-events"));
    }

    @Test
    void frozenRedisBlocksNoEventLoop() {
        String session = begin();
        REDIS.server().freeze();
        try {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(get(rejecting, session)).isEqualTo(503));
            for (int i = 0; i < 3; i++) {
                assertThat(get(server, session)).isEqualTo(200);
                assertThat(get(rejecting, session)).isEqualTo(503);
            }
            assertThat(server.call("POST", "/logout", TestIssuer.get().token(session))
                            .statusCode())
                    .isEqualTo(204);
            assertThat(get(server, session)).isEqualTo(401);
            assertThat(rejecting
                            .call("POST", "/logout", TestIssuer.get().token(session))
                            .statusCode())
                    .isEqualTo(503);
            assertThat(get(rejecting, session)).isEqualTo(401);
        } finally {
            REDIS.server().thaw();
        }
        Awaitility.await().until(() -> REDIS.cli().number("EXISTS", "session:" + session) == 0);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Application.Endpoints.class)
    static class Application {

        @Bean
        Listener listener() {
            return new Listener();
        }

        @RestController
        static class Endpoints {

            @GetMapping("/me")
            Mono<String> me() {
                return Mono.just("alice");
            }

            @GetMapping("/thread")
            Mono<String> thread() {
                return Mono.fromSupplier(() -> Thread.currentThread().getName());
            }
        }
    }

    static class Listener {

        @EventListener
        void on(SessionEvent event) {
            EVENTS.add(event);
            LISTENER_THREADS.add(Thread.currentThread().getName());
        }
    }
}
