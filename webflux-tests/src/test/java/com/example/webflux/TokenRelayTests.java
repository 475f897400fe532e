// SPDX-License-Identifier: Apache-2.0
package com.example.webflux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.config.web.server.SecurityWebFiltersOrder.AUTHENTICATION;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.security.reactive.EventLoopGuard;
import dev.sessiontracking.security.reactive.FluxApplication;
import dev.sessiontracking.security.reactive.FluxServer;
import dev.sessiontracking.security.reactive.FluxShapes;
import java.io.IOException;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

/** A gateway whose users log in at an identity provider, and that sends their access tokens to its services. */
@ExtendWith(EventLoopGuard.class)
class TokenRelayTests {

    /** The claims of the tokens that the service was sent. */
    private static final List<String> FORWARDED = new CopyOnWriteArrayList<>();

    private static HttpServer other;

    private static FluxServer login;

    private static FluxServer reportedLogin;

    private static String session;

    @BeforeAll
    static void start() throws IOException {
        other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/authorize", TokenRelayTests::authorize);
        other.createContext("/token", exchange -> {
            String nonce = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII)
                    .replaceAll(".*\\bcode=([^&]*).*", "$1");
            String access = TestIssuer.get().token(session);
            String id = TestIssuer.get()
                    .sign(claims ->
                            claims.claim("sid", session).audience("gateway").claim("nonce", nonce));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            answer(
                    exchange,
                    "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"" + access + "\",\"id_token\":\""
                            + id + "\"}");
        });
        other.createContext("/orders", exchange -> {
            FORWARDED.add(new String(
                    Base64.getUrlDecoder()
                            .decode(exchange.getRequestHeaders()
                                    .getFirst("Authorization")
                                    .split("\\.")[1]),
                    StandardCharsets.US_ASCII));
            answer(exchange, "from the service");
        });
        other.start();
        login = gateway(Login.class);
        reportedLogin = gateway(ReportedLogin.class);
    }

    @AfterAll
    static void stop() {
        login.close();
        reportedLogin.close();
        other.stop(0);
    }

    @BeforeEach
    void forget() {
        FORWARDED.clear();
    }

    /** Logs alice in without asking. The code is the nonce. */
    private static void authorize(HttpExchange exchange) throws IOException {
        UriComponents request =
                UriComponentsBuilder.fromUri(exchange.getRequestURI()).build();
        exchange.getResponseHeaders()
                .set(
                        "Location",
                        UriComponentsBuilder.fromUriString(parameter(request, "redirect_uri"))
                                .queryParam("code", parameter(request, "nonce"))
                                .queryParam("state", parameter(request, "state"))
                                .build()
                                .toUriString());
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private static String parameter(UriComponents request, String name) {
        return request.getQueryParams().getFirst(name);
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static FluxServer gateway(Class<?> chain) {
        String here = "http://127.0.0.1:" + other.getAddress().getPort();
        String provider = "spring.security.oauth2.client.provider.idp.";
        String registration = "spring.security.oauth2.client.registration.idp.";
        String routes = "spring.cloud.gateway.server.webflux.";
        Map<String, String> properties = new HashMap<>(Map.of(
                FluxApplication.ON,
                FluxApplication.URL,
                routes + "enabled",
                "true",
                routes + "routes[0].id",
                "orders",
                routes + "routes[0].uri",
                here,
                routes + "routes[0].predicates[0]",
                "Path=/orders/**",
                routes + "routes[0].filters[0]",
                "TokenRelay=",
                provider + "authorization-uri",
                here + "/authorize",
                provider + "token-uri",
                here + "/token",
                provider + "jwk-set-uri",
                TestIssuer.get().jwkSetUri()));
        properties.put(registration + "client-id", "gateway");
        properties.put(registration + "client-secret", "secret");
        properties.put(registration + "authorization-grant-type", "authorization_code");
        properties.put(registration + "redirect-uri", "{baseUrl}/login/oauth2/code/{registrationId}");
        properties.put(registration + "scope", "openid");
        return FluxServer.start(properties, FluxApplication.class, chain);
    }

    private static RecordingSessions begin(FluxServer gateway) {
        RecordingSessions sessions = gateway.bean(RecordingSessions.class);
        sessions.forget();
        session = sessions.begin();
        return sessions;
    }

    private static HttpClient browser() {
        return HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
    }

    private static HttpResponse<String> send(HttpClient browser, HttpRequest.Builder request) throws Exception {
        return browser.send(
                request.timeout(Duration.ofSeconds(20))
                        .header("Accept", "text/html")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> open(HttpClient browser, FluxServer gateway) throws Exception {
        return send(browser, HttpRequest.newBuilder(gateway.uri("/orders/1")));
    }

    private static HttpResponse<String> logout(HttpClient browser, FluxServer gateway) throws Exception {
        return send(browser, HttpRequest.newBuilder(gateway.uri("/logout")).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** The login of the gateway is an ID token and a cookie. The services check the token that they get. */
    @Test
    void loginAtTheGatewayIsRelayedUnchecked() throws Exception {
        RecordingSessions sessions = begin(login);
        HttpClient browser = browser();

        assertThat(open(browser, login).body()).isEqualTo("from the service");
        assertThat(FORWARDED).singleElement().asString().contains(session);

        sessions.revokeSession(session);
        assertThat(open(browser, login).statusCode()).isEqualTo(200);
        assertThat(FORWARDED).hasSize(2);
        assertThat(sessions.lookups()).isEmpty();
    }

    @Test
    void bearerTokensAreCheckedBesideTheLogin() {
        begin(login);
        String live = TestIssuer.get().token(session);

        assertThat(login.call("GET", "/orders/1", live).statusCode()).isEqualTo(200);
        assertThat(FORWARDED).singleElement().asString().contains(session);
        assertThat(login.call("GET", "/orders/1", TestIssuer.get().token("revoked"))
                        .statusCode())
                .isEqualTo(401);
        assertThat(FORWARDED).hasSize(1);
        assertThat(login.call("POST", "/logout", live).statusCode()).isEqualTo(204);
        assertThat(login.call("GET", "/orders/1", live).statusCode()).isEqualTo(401);
    }

    @Test
    void reportedLoginIsCheckedAndCanBeStartedAgain() throws Exception {
        RecordingSessions sessions = begin(reportedLogin);
        HttpClient browser = browser();
        assertThat(open(browser, reportedLogin).body()).isEqualTo("from the service");
        sessions.forget();
        assertThat(open(browser, reportedLogin).statusCode()).isEqualTo(200);
        assertThat(sessions.lookups(session)).isEqualTo(1);

        sessions.revokeSession(session);
        session = sessions.begin();

        assertThat(open(browser, reportedLogin).statusCode()).isEqualTo(401);
        assertThat(FORWARDED).hasSize(2);
        assertThat(open(browser, reportedLogin).body()).as("a new login").isEqualTo("from the service");
        assertThat(FORWARDED.get(2)).contains(session);
    }

    @Test
    void logoutOfAReportedLoginRevokesItsSession() throws Exception {
        RecordingSessions sessions = begin(reportedLogin);
        HttpClient browser = browser();
        assertThat(open(browser, reportedLogin).statusCode()).isEqualTo(200);

        assertThat(logout(browser, reportedLogin).statusCode()).isEqualTo(204);
        assertThat(sessions.isSessionValid(session)).isFalse();
    }

    @Configuration(proxyBeanMethods = false)
    static class Login {

        @Bean
        SecurityWebFilterChain chain(ServerHttpSecurity http) {
            return customize(http)
                    .csrf(csrf -> csrf.disable())
                    .authorizeExchange(exchanges -> exchanges.anyExchange().authenticated())
                    .oauth2Login(withDefaults())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .build();
        }

        ServerHttpSecurity customize(ServerHttpSecurity http) {
            return http;
        }

        @Bean
        ReactiveJwtDecoder jwtDecoder() {
            return FluxShapes.decoder();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ReportedLogin extends Login {

        @Override
        ServerHttpSecurity customize(ServerHttpSecurity http) {
            return http.addFilterAt(new LoginAtTheGateway(), AUTHENTICATION);
        }
    }
}
