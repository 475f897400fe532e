// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import dev.sessiontracking.SessionMetadata;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Applications whose filters and handlers respond to every failure: they never see those of session tracking. */
@ExtendWith(EventLoopGuard.class)
class FailureResponseTests {

    @ParameterizedTest
    @ValueSource(
            classes = {
                OuterFilter.class,
                OuterHandler.class,
                FirstFilter.class,
                OwnTokenFilter.class,
                PasswordFilter.class
            })
    void onlyTheirOwnFailuresReachThem(Class<?> application) {
        try (FluxServer server = FluxServer.start(Map.of("session.tracking.outage-policy", "plain-jwt"), application)) {
            String session = server.bean(SessionService.class)
                    .createSession("alice", SessionMetadata.none())
                    .id();
            String token = token(session, Instant.now());
            assertThat(server.call("GET", "/live", token).statusCode()).isEqualTo(200);
            String failing = application == PasswordFilter.class ? "Basic YTpi" : "Bearer " + token;
            assertThat(server.call("GET", "/failing", request -> request.header("Authorization", failing))
                            .statusCode())
                    .isEqualTo(418);

            HttpResponse<String> stale =
                    server.call("GET", "/recent", token(session, Instant.now().minusSeconds(400)));
            assertThat(stale.statusCode()).isEqualTo(401);
            assertThat(stale.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("insufficient_user_authentication", "max_age=");
            server.bean(InMemorySessionStore.class).beginOutage();
            HttpResponse<String> unverified = server.call("GET", "/live", token);
            assertThat(unverified.statusCode()).isEqualTo(503);
            assertThat(unverified.headers().firstValue("Retry-After")).contains("5");
        }
    }

    private static String token(String session, Instant login) {
        return TestIssuer.get().sign(claims -> claims.claim("sid", session).claim("auth_time", login.getEpochSecond()));
    }

    private static Mono<Void> catching(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).onErrorResume(failure -> teapot(exchange));
    }

    private static Mono<Void> teapot(ServerWebExchange exchange) {
        exchange.getResponse().setStatusCode(HttpStatus.I_AM_A_TEAPOT);
        return exchange.getResponse().setComplete();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @AutoConfigureTestSessionStore
    @Import(Endpoint.class)
    abstract static class Rules {

        @Bean
        ReactiveJwtDecoder jwtDecoder() {
            return FluxShapes.decoder();
        }

        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http, ReactiveSessionAuthorization sessions) {
            customize(http);
            return http.authorizeExchange(exchanges -> exchanges
                            .pathMatchers("/live")
                            .access(sessions.hasLiveSession())
                            .pathMatchers("/recent")
                            .access(sessions.authenticatedWithin(Duration.ofMinutes(5)))
                            .anyExchange()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }

        void customize(ServerHttpSecurity http) {}
    }

    @Configuration(proxyBeanMethods = false)
    static class OuterFilter extends Rules {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        WebFilter outer() {
            return FailureResponseTests::catching;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class FirstFilter extends Rules {

        @Override
        void customize(ServerHttpSecurity http) {
            http.addFilterAt(FailureResponseTests::catching, SecurityWebFiltersOrder.FIRST);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnTokenFilter extends Rules {

        @Override
        void customize(ServerHttpSecurity http) {
            http.addFilterBefore(new CatchingFilter(), SecurityWebFiltersOrder.AUTHENTICATION);
        }
    }

    static final class CatchingFilter extends AuthenticationWebFilter {

        CatchingFilter() {
            super((ReactiveAuthenticationManager) login -> Mono.empty());
            setServerAuthenticationConverter(exchange -> Mono.empty());
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return super.filter(exchange, next -> catching(next, chain));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OuterHandler extends Rules {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        WebExceptionHandler handler() {
            return (exchange, failure) -> teapot(exchange);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class PasswordFilter extends Rules {

        @Override
        void customize(ServerHttpSecurity http) {
            ReactiveAuthenticationManager nobody = login -> Mono.error(new BadCredentialsException("wrong"));
            http.httpBasic(basic -> basic.authenticationManager(nobody)
                    .authenticationFailureHandler((filter, failure) -> teapot(filter.getExchange())));
        }
    }

    @RestController
    static class Endpoint {

        @GetMapping({"/live", "/recent"})
        Mono<String> done() {
            return Mono.just("done");
        }

        @GetMapping("/failing")
        Mono<String> fail() {
            return Mono.error(new IllegalStateException("of the application"));
        }
    }
}
