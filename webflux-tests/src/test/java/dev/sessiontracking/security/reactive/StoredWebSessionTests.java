// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.AUTHENTICATION;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.http.HttpResponse;
import java.util.Map;
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
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.context.WebSessionServerSecurityContextRepository;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;

/** Contexts that a token has created, and that a WebSession keeps: the cookie alone authenticates later requests. */
@ExtendWith(EventLoopGuard.class)
class StoredWebSessionTests {

    private static FluxServer server;

    private static RecordingSessions sessions;

    @BeforeAll
    static void start() {
        server =
                FluxServer.start(Map.of(FluxApplication.ON, FluxApplication.URL), FluxApplication.class, Storing.class);
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

    @ParameterizedTest
    @ValueSource(strings = {"carried", "hidden"})
    void storedContextIsCheckedWithEveryRequest(String kind) {
        String session = sessions.begin();
        String cookie = login(kind, session);
        assertThat(withCookie("GET", kind, cookie).body()).isEqualTo("alice");

        sessions.revokeSession(session);

        assertThat(withCookie("GET", kind, cookie).statusCode()).isEqualTo(401);
        // The context is gone, so that the browser is anonymous and could log in again.
        assertThat(withCookie("GET", kind, cookie).headers().allValues("WWW-Authenticate"))
                .noneMatch(challenge -> challenge.contains("invalid_token"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"carried", "hidden"})
    void storedContextFollowsTheOutagePolicy(String kind) {
        String session = sessions.begin();
        String cookie = login(kind, session);

        sessions.goDown(OutagePolicy.REJECT);
        assertThat(withCookie("GET", kind, cookie).statusCode()).isEqualTo(503);
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(withCookie("GET", kind, cookie).body())
                .as("an outage ends no login")
                .isEqualTo("alice");
        sessions.recover();
        sessions.revokeSession(session);
        assertThat(withCookie("GET", kind, cookie).statusCode()).isEqualTo(401);
    }

    /** The filter has stored the context before the check. Nothing beside it would name the session later. */
    @ParameterizedTest
    @ValueSource(strings = {"carried", "hidden"})
    void contextOfATokenThatCouldNotBeCheckedIsNotKept(String kind) {
        String session = sessions.begin();
        sessions.goDown(OutagePolicy.REJECT);
        HttpResponse<String> login =
                server.call("GET", "/" + kind + "/me", TestIssuer.get().token(session));
        assertThat(login.statusCode()).isEqualTo(503);
        sessions.recover();

        String cookie = login.headers().firstValue("Set-Cookie").orElse("none").replaceFirst(";.*", "");
        assertThat(withCookie("GET", kind, cookie).statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"carried", "hidden"})
    void logoutOfAStoredContextRevokesTheSession(String kind) {
        String session = sessions.begin();
        String cookie = login(kind, session);

        assertThat(withCookie("POST", "logout", cookie).statusCode()).isEqualTo(204);
        assertThat(sessions.isSessionValid(session)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"carried", "hidden"})
    void anotherSiteLogsNobodyOut(String kind) {
        String session = sessions.begin();
        String cookie = login(kind, session);

        HttpResponse<String> answer = server.call(
                "POST", "/logout", request -> request.header("Cookie", cookie).header("Sec-Fetch-Site", "cross-site"));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(sessions.isSessionValid(session)).isTrue();
    }

    /** The chain that meets the context is not the one that stored it. */
    @Test
    void storedContextIsCheckedInAChainWithAResourceServer() {
        String session = sessions.begin();
        String cookie = login("carried", session);
        assertThat(withCookie("GET", "api", cookie).statusCode()).isEqualTo(200);

        sessions.revokeSession(session);

        assertThat(withCookie("GET", "api", cookie).headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .contains("invalid_token");
        assertThat(withCookie("GET", "api", cookie).headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .as("the context is gone")
                .doesNotContain("invalid_token");
    }

    private static String login(String kind, String session) {
        HttpResponse<String> login =
                server.call("GET", "/" + kind + "/me", TestIssuer.get().token(session));
        assertThat(login.statusCode()).isEqualTo(200);
        return login.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
    }

    private static HttpResponse<String> withCookie(String method, String kind, String cookie) {
        String path = kind.equals("logout") ? "/logout" : "/" + kind + "/me";
        return server.call(method, path, request -> request.header("Cookie", cookie));
    }

    @Configuration(proxyBeanMethods = false)
    static class Storing {

        @Bean
        @Order(1)
        SecurityWebFilterChain api(ServerHttpSecurity http) {
            return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers("/api/**"))
                    .authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.jwtDecoder(FluxShapes.decoder())))
                    .build();
        }

        @Bean
        @Order(2)
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return http.csrf(csrf -> csrf.disable())
                    .authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .addFilterAt(login("/carried/**", FluxShapes.manager()), AUTHENTICATION)
                    .addFilterAt(
                            login(
                                    "/hidden/**",
                                    token -> FluxShapes.manager()
                                            .authenticate(token)
                                            .map(FluxShapes::hidden)),
                            AUTHENTICATION)
                    .build();
        }

        private static AuthenticationWebFilter login(String path, ReactiveAuthenticationManager manager) {
            AuthenticationWebFilter filter = new AuthenticationWebFilter(manager);
            filter.setServerAuthenticationConverter(new org.springframework.security.oauth2.server.resource.web.server
                    .authentication.ServerBearerTokenAuthenticationConverter());
            filter.setRequiresAuthenticationMatcher(ServerWebExchangeMatchers.pathMatchers(path));
            filter.setSecurityContextRepository(new WebSessionServerSecurityContextRepository());
            return filter;
        }
    }
}
