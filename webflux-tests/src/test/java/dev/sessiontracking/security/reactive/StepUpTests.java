// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.AUTHENTICATION;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.AUTHORIZATION;
import static org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers.pathMatchers;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.HttpStatusServerEntryPoint;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** The rule for recent logins in a WebFlux application. */
@ExtendWith(EventLoopGuard.class)
class StepUpTests {

    private static final String CHALLENGE =
            "Bearer error=\"insufficient_user_authentication\", error_description=\"Log in again: the last login must"
                    + " not be older than 300 seconds\"";

    private static FluxServer server;

    private static RecordingSessions sessions;

    @BeforeAll
    static void start() {
        server = FluxServer.start(Map.of(FluxApplication.ON, FluxApplication.URL), FluxApplication.class, Rules.class);
        sessions = server.bean(RecordingSessions.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void recover() {
        sessions.recover();
    }

    private static String token(@Nullable String session, @Nullable Instant login) {
        return TestIssuer.get()
                .sign(claims ->
                        claims.claim("sid", session).claim("auth_time", login == null ? null : login.getEpochSecond()));
    }

    private static HttpResponse<String> get(String path, String token) {
        return server.call("GET", path, token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/fresh", "/fresh-and-live", "/fresh-method", "/mapped/fresh"})
    void staleLoginIsAnsweredByRfc9470(String path) {
        String session = sessions.begin();
        HttpResponse<String> response = get(path, token(session, Instant.now().minusSeconds(400)));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .startsWith(CHALLENGE)
                .endsWith(", max_age=\"300\"");
        assertThat(get(path, token(session, null)).statusCode()).isEqualTo(401);
        assertThat(get(path, token(session, Instant.now().plusSeconds(3600))).statusCode())
                .isEqualTo(401);
        HttpResponse<String> fresh = get(path, token(session, Instant.now()));
        assertThat(fresh.statusCode()).isEqualTo(200);
        assertThat(fresh.body()).isEqualTo("done");
        assertThat(get("/me", token(session, null)).statusCode()).isEqualTo(200);
    }

    @Test
    void requestWithoutATokenGetsAChallengeWithoutAnError() {
        HttpResponse<String> response = server.call("GET", "/fresh", request -> {});

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer")
                .doesNotContain("error");
    }

    @Test
    void ruleSendsNothingAndRevokedSessionsAreRejectedFirst() {
        String session = sessions.begin();
        get("/fresh", token(session, Instant.now()));
        assertThat(sessions.lookups(session)).isEqualTo(1);

        assertThat(get("/fresh", token("revoked", null)).headers().firstValue("WWW-Authenticate"))
                .get()
                .asString()
                .contains("invalid_token");
    }

    @Test
    void bothRulesDemandBoth() {
        Instant now = Instant.now();
        String session = sessions.begin();
        assertThat(get("/fresh-and-live", token(null, now)).statusCode()).isEqualTo(403);
        assertThat(get("/fresh", token(null, now)).statusCode()).isEqualTo(200);
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(get("/fresh-and-live", token(session, now)).statusCode()).isEqualTo(503);
        assertThat(get("/fresh", token(session, now)).statusCode()).isEqualTo(200);
    }

    @Test
    void entryPointOfTheChainAnswers() {
        HttpResponse<String> response = get("/teapot/fresh", token(sessions.begin(), null));

        assertThat(response.statusCode()).isEqualTo(HttpStatus.I_AM_A_TEAPOT.value());
        assertThat(response.headers().firstValue("WWW-Authenticate")).isEmpty();
    }

    private static ServerHttpSecurity rules(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
        return http.authorizeExchange(exchanges -> exchanges
                .pathMatchers("/fresh", "/mapped/fresh", "/teapot/fresh")
                .access(sessions.authenticatedWithin(Duration.ofMinutes(5)))
                .anyExchange()
                .authenticated());
    }

    /** As many applications do, and in such a way that it swallows everything. */
    private static Mono<Void> mapErrors(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).onErrorResume(failure -> {
            exchange.getResponse().setStatusCode(HttpStatus.INTERNAL_SERVER_ERROR);
            return exchange.getResponse().setComplete();
        });
    }

    @Configuration(proxyBeanMethods = false)
    @EnableReactiveMethodSecurity
    static class Rules {

        @Bean
        ReactiveJwtDecoder jwtDecoder() {
            return FluxShapes.decoder();
        }

        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
            return rules(http, sessions)
                    .logout(logout -> logout.disable())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }

        @Bean
        Transfers transfers() {
            return new Transfers();
        }

        @Bean
        @Order(1)
        SecurityWebFilterChain mapped(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
            return rules(http, sessions)
                    .securityMatcher(pathMatchers("/mapped/**"))
                    .addFilterAt(StepUpTests::mapErrors, AUTHENTICATION)
                    .addFilterBefore(StepUpTests::mapErrors, AUTHORIZATION)
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityWebFilterChain teapot(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
            return rules(http, sessions)
                    .securityMatcher(pathMatchers("/teapot/**"))
                    .oauth2ResourceServer(server -> server.jwt(withDefaults())
                            .authenticationEntryPoint(new HttpStatusServerEntryPoint(HttpStatus.I_AM_A_TEAPOT)))
                    .build();
        }

        @Bean
        @Order(3)
        SecurityWebFilterChain both(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
            return http.securityMatcher(pathMatchers("/fresh-and-live"))
                    .authorizeExchange(exchanges -> exchanges
                            .anyExchange()
                            .access((user, context) -> sessions.hasLiveSession()
                                    .authorize(user, context)
                                    .filter(AuthorizationResult::isGranted)
                                    .flatMap(live -> sessions.authenticatedWithin(Duration.ofMinutes(5))
                                            .authorize(user, context))))
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }
    }

    @RestController
    static class Transfers {

        @GetMapping({"/fresh", "/fresh-and-live", "/mapped/fresh", "/teapot/fresh"})
        Mono<String> byRequest() {
            return Mono.just("done");
        }

        @GetMapping("/fresh-method")
        @PreAuthorize(
                "@sessionTrackingReactiveSessionAuthorization.authenticatedWithin(T(java.time.Duration).ofMinutes(5))")
        public Mono<String> byMethod() {
            return Mono.just("done");
        }
    }
}
