// SPDX-License-Identifier: Apache-2.0
package com.example.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.webflux.TokenService.Tokens;
import dev.sessiontracking.SessionEndedException;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.reactive.EventLoopGuard;
import dev.sessiontracking.security.reactive.FluxServer;
import dev.sessiontracking.test.AutoConfigureTestSessionStore;
import dev.sessiontracking.test.InMemorySessionStore;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** The classes of docs/webflux.md, copied literally. */
@ExtendWith(EventLoopGuard.class)
class WebFluxPageTests {

    private static FluxServer server;

    @BeforeAll
    static void start() {
        server = FluxServer.start(Map.of("app.signing-secret", "0123456789abcdef0123456789abcdef"), Application.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> post(String path, String body) {
        return server.call(
                "POST",
                path,
                request -> request.header("Content-Type", "application/json")
                        .method("POST", HttpRequest.BodyPublishers.ofString(body)));
    }

    private static Tokens login(String user) {
        return tokens(post("/login", "{\"user\":\"" + user + "\"}"));
    }

    private static HttpResponse<String> refresh(String token) {
        return post("/refresh", "{\"token\":\"" + token + "\"}");
    }

    private static Tokens tokens(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return JsonMapper.shared().readValue(response.body(), Tokens.class);
    }

    private static int status(String path, String token) {
        return server.call("POST", path, token).statusCode();
    }

    @Test
    void loginOpensTheApiUntilTheLogout() {
        Tokens tokens = login("alice");
        assertThat(status("/transfers", tokens.accessToken())).isEqualTo(200);
        assertThat(status("/orders", tokens.accessToken())).isEqualTo(200);

        assertThat(status("/logout", tokens.accessToken())).isEqualTo(204);

        assertThat(status("/orders", tokens.accessToken())).isEqualTo(401);
        assertThat(refresh(tokens.refreshToken()).statusCode()).isEqualTo(401);
    }

    @Test
    void refreshKeepsTheSessionAndItsTimeOfLogin() {
        Tokens first = login("bob");
        Tokens second = tokens(refresh(first.refreshToken()));

        assertThat(status("/transfers", second.accessToken())).isEqualTo(200);
        assertThat(server.bean(SessionService.class).getUserSessions("bob")).hasSize(1);
        assertThat(tokens(refresh(second.refreshToken())).refreshToken()).isNotEqualTo(first.refreshToken());
    }

    @Test
    void tokensAreNotAcceptedForEachOther() {
        Tokens tokens = login("carol");
        assertThat(status("/orders", tokens.refreshToken())).isEqualTo(401);
        assertThat(refresh(tokens.accessToken()).statusCode()).isEqualTo(401);
        assertThat(refresh("x.y.z").statusCode()).isEqualTo(401);
        assertThat(refresh(TestIssuer.get().token("any")).statusCode()).isEqualTo(401);
        assertThat(post("/refresh", "{}").statusCode()).isEqualTo(401);
        assertThat(status("/orders", TestIssuer.get().token("any"))).isEqualTo(401);
    }

    @Test
    void refreshTokenLogsOutToo() {
        Tokens tokens = login("dave");

        assertThat(post("/goodbye", "{\"token\":\"" + tokens.refreshToken() + "\"}")
                        .body())
                .isEqualTo("true");

        assertThat(status("/orders", tokens.accessToken())).isEqualTo(401);
    }

    @Test
    void outageLeavesWhatDoesNotDemandALiveSession() {
        Tokens tokens = login("erin");
        InMemorySessionStore store = server.bean(InMemorySessionStore.class);
        store.beginOutage();
        try {
            assertThat(status("/other", tokens.accessToken())).isEqualTo(200);
            assertThat(status("/orders", tokens.accessToken())).isEqualTo(503);
            assertThat(status("/transfers", tokens.accessToken())).isEqualTo(503);
            Tokens untracked = login("erin");
            assertThat(status("/other", untracked.accessToken())).isEqualTo(200);
            assertThat(refresh(untracked.refreshToken()).statusCode()).isEqualTo(200);
        } finally {
            store.endOutage();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @AutoConfigureTestSessionStore
    @Import({TokenService.class, ApiSecurity.class, Endpoints.class})
    static class Application {}

    @RestController
    static class Endpoints {

        record Login(String user) {}

        record Refresh(String token) {}

        private final TokenService tokens;

        Endpoints(TokenService tokens) {
            this.tokens = tokens;
        }

        @PostMapping("/login")
        Mono<Tokens> login(@RequestBody Login login, ServerHttpRequest request) {
            return tokens.login(login.user(), request);
        }

        @PostMapping("/refresh")
        Mono<Tokens> refresh(@RequestBody Refresh body, ServerHttpRequest request) {
            return tokens.refresh(body.token(), request);
        }

        @PostMapping("/goodbye")
        Mono<Boolean> logout(@RequestBody Refresh body) {
            return tokens.logout(body.token());
        }

        @PostMapping({"/transfers", "/orders", "/other"})
        Mono<String> use() {
            return Mono.just("done");
        }

        @ExceptionHandler({JwtException.class, SessionEndedException.class})
        @ResponseStatus(HttpStatus.UNAUTHORIZED)
        void unauthorized() {}
    }
}
