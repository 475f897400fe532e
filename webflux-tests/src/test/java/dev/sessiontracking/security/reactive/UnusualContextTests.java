// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;

import dev.sessiontracking.core.TrackingState.FilterChains;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.web.server.WebExceptionHandler;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/** Application contexts that are built in unusual ways. */
@ExtendWith(EventLoopGuard.class)
class UnusualContextTests {

    private static FluxServer start(Class<?> chain, String... property) {
        return FluxServer.start(
                Map.of(
                        FluxApplication.ON,
                        FluxApplication.URL,
                        "management.endpoints.web.exposure.include",
                        "*",
                        property.length == 0 ? "unused" : property[0],
                        property.length == 0 ? "" : property[1]),
                FluxApplication.class,
                chain);
    }

    private static void assertChecked(FluxServer server) {
        RecordingSessions sessions = server.bean(RecordingSessions.class);
        String session = sessions.begin();
        String token = TestIssuer.get().token(session);
        sessions.forget();

        assertThat(server.call("GET", "/me", token).body()).isEqualTo("alice");
        assertThat(sessions.lookups(session)).isEqualTo(1);
        assertThat(server.call("POST", "/logout", token).statusCode()).isEqualTo(204);
        assertThat(server.call("GET", "/me", token).statusCode()).isEqualTo(401);
        String other = TestIssuer.get().token(sessions.begin());
        sessions.goDown(OutagePolicy.REJECT);
        assertThat(server.call("GET", "/me", other).statusCode()).isEqualTo(503);
        sessions.recover();
    }

    @Test
    void chainIsCheckedAlsoAfterARefreshOfItsScope() {
        try (FluxServer server = start(Refreshed.class)) {
            assertChecked(server);
            server.bean(ContextRefresher.class).refresh();
            server.context()
                    .getBean(org.springframework.cloud.context.scope.refresh.RefreshScope.class)
                    .refreshAll();
            assertChecked(server);
            assertThat(server.bean(FilterChains.class).chains()).allMatch(FilterChains.Chain::checked);
        }
    }

    @ParameterizedTest
    @CsvSource({"spring.main.lazy-initialization, true", "spring.reactor.context-propagation, auto"})
    void chainIsCheckedWithThisProperty(String name, String value) {
        try (FluxServer server = start(Plain.class, name, value)) {
            assertChecked(server);
        }
    }

    @Test
    void entryPointThatLeavesTheAnswerToAnExceptionHandlerAnswersForEndedSessions() {
        try (FluxServer server = start(ErrorEntryPoint.class)) {
            assertChecked(server);
        }
    }

    @Test
    void filterOfSpringSecurityThatIsABeanIsChecked() {
        try (FluxServer server = start(SpringFilter.class)) {
            assertFilterIsChecked(server);
        }
    }

    @Test
    void filterOfTheParentContextIsChecked() {
        try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Parent.class);
                FluxServer server = FluxServer.start(
                        Map.of(FluxApplication.ON, FluxApplication.URL),
                        context -> context.setParent(parent),
                        FluxApplication.class,
                        OuterFilterTests.Chain.class)) {
            assertFilterIsChecked(server);
        }
    }

    private static void assertFilterIsChecked(FluxServer server) {
        String live =
                TestIssuer.get().token(server.bean(RecordingSessions.class).begin());
        assertThat(server.call("GET", "/me", live).body()).isEqualTo("alice");
        assertThat(server.call("GET", "/me", TestIssuer.get().token("revoked")).statusCode())
                .isEqualTo(401);
    }

    @Test
    void actuatorOnItsOwnPortIsChecked() throws Exception {
        try (FluxServer server = start(Plain.class, "management.server.port", "0")) {
            RecordingSessions sessions = server.bean(RecordingSessions.class);
            assertThat(status(server, "/actuator/env", TestIssuer.get().token(sessions.begin())))
                    .isEqualTo(200);
            assertThat(status(server, "/actuator/env", TestIssuer.get().token("revoked")))
                    .isEqualTo(401);
            String token = TestIssuer.get().token(sessions.begin());
            sessions.goDown(OutagePolicy.REJECT);
            assertThat(status(server, "/actuator/env", token)).isEqualTo(503);
            assertThat(status(server, "/actuator/metrics", token)).isEqualTo(200);
        }
    }

    private static int status(FluxServer server, String path, String token) throws Exception {
        String port = server.context().getEnvironment().getProperty("local.management.port");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .header("Authorization", "Bearer " + token)
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Configuration(proxyBeanMethods = false)
    static class Plain {

        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return http.authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }

        @Bean
        ReactiveJwtDecoder jwtDecoder() {
            return FluxShapes.decoder();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Refreshed extends Plain {

        @Bean
        @Override
        @RefreshScope
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return super.chain(http);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ErrorEntryPoint extends Plain {

        @Bean
        @Override
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return super.chain(http.oauth2ResourceServer(
                    server -> server.authenticationEntryPoint((exchange, failure) -> Mono.error(failure))));
        }

        @Bean
        @org.springframework.core.annotation.Order(-2)
        WebExceptionHandler exceptionHandler() {
            return (exchange, failure) -> {
                exchange.getResponse().setStatusCode(HttpStatus.UNAUTHORIZED);
                return exchange.getResponse().setComplete();
            };
        }
    }

    /** Runs behind all chains. */
    @Configuration(proxyBeanMethods = false)
    static class SpringFilter extends OuterFilterTests.Chain {

        @Bean
        AuthenticationWebFilter filter() {
            return FluxShapes.authenticationFilter();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Parent {

        @Bean
        @Order(0)
        WebFilter filter() {
            return FluxShapes::writeContext;
        }
    }
}
