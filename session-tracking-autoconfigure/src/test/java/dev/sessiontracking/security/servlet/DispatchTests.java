// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** What happens in the dispatches of a real container, and on its other port. */
class DispatchTests {

    private static TestServer server;

    private RecordingSessions sessions;

    @BeforeAll
    static void start() {
        server = TestServer.start(
                TestServer.FullApplication.class,
                Map.of("management.server.port", "0", "management.endpoints.web.exposure.include", "info"),
                Chains.class);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        sessions = server.sessions();
        sessions.recover();
        sessions.forget();
    }

    @Test
    void asyncDispatchLooksNothingUpAgain() {
        String session = sessions.begin();

        HttpResponse<String> answer = server.get("/async", bearer(session));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("alice");
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @Test
    void errorDispatchOfAnAcceptedRequestLooksNothingUpAgain() {
        String session = sessions.begin();

        HttpResponse<String> answer = server.get("/broken", bearer(session));

        assertThat(answer.statusCode()).isEqualTo(418);
        assertThat(answer.body()).isEqualTo("error page for alice");
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @Test
    void errorDispatchOfARefusedRequestKnowsNobody() {
        String session = revoked();

        HttpResponse<String> answer = server.get("/send-error/me", bearer(session));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("error page for nobody");
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @Test
    void forwardWithinAProtectedChainLooksNothingUpAgain() {
        String session = sessions.begin();

        HttpResponse<String> answer = server.get("/forward", bearer(session));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(sessions.lookups(session)).isEqualTo(1);
    }

    @Test
    void forwardFromAnOpenChainIntoAProtectedOneIsChecked() {
        String live = sessions.begin();
        String revoked = revoked();

        assertThat(server.get("/open/forward", bearer(live)).statusCode()).isEqualTo(200);
        assertThat(server.get("/open/forward", bearer(revoked)).statusCode()).isEqualTo(401);
        assertThat(sessions.lookups(live)).isEqualTo(1);
        assertThat(sessions.lookups(revoked)).isEqualTo(1);
    }

    @Test
    void acceptedStreamRunsOnWhenItsSessionIsRevoked() throws Exception {
        String session = sessions.begin();
        Endpoints endpoints = server.context().getBean(Endpoints.class);

        HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/stream"));
        assertThat(server.get("/me", bearer(session)).statusCode()).isEqualTo(200);
        Thread feeder = new Thread(() -> offer(endpoints, "a"));
        feeder.start();
        HttpResponse<InputStream> answer =
                TestServer.send(request, bearer(session), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(read(answer.body(), 1)).isEqualTo("a");
        sessions.revokeSession(session);
        offer(endpoints, "b");

        assertThat(read(answer.body(), 1)).isEqualTo("b");
        assertThat(server.get("/me", bearer(session)).statusCode()).isEqualTo(401);
        feeder.join();
    }

    @Test
    void managementPortRefusesRevokedSessions() {
        String live = sessions.begin();
        String revoked = revoked();

        assertThat(management(live).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = management(revoked);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate"))
                .get()
                .asString()
                .contains("invalid_token");
        assertThat(sessions.lookups(live)).isEqualTo(1);
    }

    @Test
    void refusalCarriesTheSecurityHeadersOfTheChain() {
        sessions.goDown(dev.sessiontracking.spi.OutagePolicy.REJECT);

        HttpResponse<String> answer = server.get("/me", bearer("some-session"));

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Cache-Control"))
                .get()
                .asString()
                .contains("no-store");
    }

    private String revoked() {
        String session = sessions.begin();
        sessions.revokeSession(session);
        return session;
    }

    private HttpResponse<String> management(String session) {
        return TestServer.send(
                HttpRequest.newBuilder(server.uri("local.management.port", "/actuator/info")), bearer(session));
    }

    private static java.util.function.Consumer<HttpRequest.Builder> bearer(String session) {
        return TestServer.bearer(TestIssuer.get().token(session));
    }

    private static void offer(Endpoints endpoints, String part) {
        try {
            assertThat(endpoints.parts.offer(part, 10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String read(InputStream body, int bytes) throws IOException {
        return new String(body.readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    @Configuration(proxyBeanMethods = false)
    static class Chains {

        @Bean
        @Order(1)
        SecurityFilterChain open(HttpSecurity http) throws Exception {
            return http.securityMatcher("/open/**")
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain sendingErrors(HttpSecurity http) throws Exception {
            return http.securityMatcher("/send-error/**")
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder()))
                            .authenticationEntryPoint((request, response, failure) -> response.sendError(401)))
                    .build();
        }

        @Bean
        @Order(3)
        SecurityFilterChain api(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.requestMatchers("/error")
                            .permitAll()
                            .anyRequest()
                            .authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }

        @Bean
        ErrorPage errorPage() {
            return new ErrorPage();
        }
    }

    @Controller
    static class ErrorPage implements ErrorController {

        @RequestMapping("/error")
        @ResponseBody
        String error(HttpServletRequest request, Principal principal) {
            return "error page for " + (principal == null ? "nobody" : principal.getName());
        }
    }
}
