// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static dev.sessiontracking.test.SessionMockServerConfigurers.mockSession;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.mockJwt;
import static org.springframework.security.test.web.reactive.server.SecurityMockServerConfigurers.springSecurity;

import dev.sessiontracking.SessionEvent.RejectionObserved;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.test.web.reactive.server.WebTestClientConfigurer;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The rule for live sessions, the mode {@code observe}, and tests of applications with a WebTestClient. */
@ExtendWith(EventLoopGuard.class)
class SessionRulesTests {

    private static FluxServer start(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put(
                "session.tracking.outage-policy",
                properties.getOrDefault("session.tracking.outage-policy", "plain-jwt"));
        return FluxServer.start(all, Application.class);
    }

    private static int transfer(FluxServer server, WebTestClientConfigurer user) {
        return WebTestClient.bindToApplicationContext(server.context())
                .apply(springSecurity())
                .build()
                .mutateWith(user)
                .post()
                .uri("/transfers")
                .exchange()
                .returnResult(Void.class)
                .getStatus()
                .value();
    }

    @Test
    void ruleGrantsOnlyWhatIsVerifiedToBeLive() {
        try (FluxServer server = start(Map.of())) {
            assertThat(transfer(server, mockSession("alice"))).isEqualTo(200);
            assertThat(transfer(server, mockSession("alice").revoked())).isEqualTo(401);
            assertThat(server.call("POST", "/transfers", TestIssuer.get().token(null))
                            .statusCode())
                    .isEqualTo(403);

            var alice = mockSession("alice");
            assertThat(transfer(server, alice)).isEqualTo(200);
            server.bean(InMemorySessionStore.class).beginOutage();

            assertThat(transfer(server, alice)).as("under plain-jwt").isEqualTo(503);
        }
    }

    @Test
    void observedRejectionsPassAndAreTold() {
        try (FluxServer server = start(Map.of("session.tracking.mode", "observe"))) {
            List<String> threads = new CopyOnWriteArrayList<>();
            server.context().addApplicationListener(event -> {
                if (event instanceof PayloadApplicationEvent<?> payload
                        && payload.getPayload() instanceof RejectionObserved) {
                    threads.add(Thread.currentThread().getName());
                }
            });
            String gone = TestIssuer.get().token("gone");

            assertThat(server.call("POST", "/open", gone).statusCode()).isEqualTo(200);
            assertThat(server.call("POST", "/transfers", gone).statusCode())
                    .as("a rule is enforced in every mode")
                    .isEqualTo(403);
            assertThat(threads).isNotEmpty().allMatch(name -> name.startsWith("boundedElastic"));
        }
    }

    @Test
    void ruleWithoutSessionTrackingStopsTheStart() {
        assertThatException()
                .isThrownBy(() -> FluxServer.start(Map.of(), Rules.class))
                .havingRootCause()
                .isInstanceOf(SessionTrackingSetupException.class)
                .withMessageContaining("hasLiveSession()");
    }

    @Test
    void loginsMustBeRecentWhileTrackingIsOff() {
        try (FluxServer off = FluxServer.start(Map.of(), RecentLogins.class)) {
            assertThat(off.call("POST", "/transfers", loggedIn(Instant.now())).statusCode())
                    .isEqualTo(200);
            HttpResponse<String> stale =
                    off.call("POST", "/transfers", loggedIn(Instant.now().minusSeconds(400)));
            assertThat(stale.statusCode()).isEqualTo(401);
            assertThat(stale.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("insufficient_user_authentication");
            assertThat(transfer(off, mockJwt().jwt(jwt -> jwt.claim("auth_time", Instant.now()))))
                    .isEqualTo(200);
            assertThat(transfer(off, mockJwt())).as("no token filter answers").isEqualTo(401);
        }
    }

    private static String loggedIn(Instant time) {
        return TestIssuer.get().sign(claims -> claims.claim("auth_time", time.getEpochSecond()));
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigureTestSessionStore
    static class Application extends Rules {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Rules {

        @Bean
        ReactiveJwtDecoder jwtDecoder() {
            return FluxShapes.decoder();
        }

        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
            return http.csrf(csrf -> csrf.disable())
                    .authorizeExchange(exchanges -> exchanges
                            .pathMatchers("/transfers")
                            .access(rule(sessions))
                            .anyExchange()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }

        ReactiveAuthorizationManager<AuthorizationContext> rule(ReactiveSessionAuthorization sessions) {
            return sessions.hasLiveSession();
        }

        @Bean
        Endpoints endpoints() {
            return new Endpoints();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class RecentLogins extends Rules {

        @Override
        ReactiveAuthorizationManager<AuthorizationContext> rule(ReactiveSessionAuthorization sessions) {
            return sessions.authenticatedWithin(Duration.ofMinutes(5));
        }
    }

    @RestController
    static class Endpoints {

        @PostMapping({"/transfers", "/open"})
        Mono<String> transfer() {
            return Mono.just("done");
        }
    }
}
