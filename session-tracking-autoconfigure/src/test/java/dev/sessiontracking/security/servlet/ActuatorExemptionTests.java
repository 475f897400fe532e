// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/** In an outage under {@code reject}, the endpoints that diagnose it can be read, and nothing else is open. */
class ActuatorExemptionTests {

    private static final String PORT = "local.server.port";

    static Stream<Named<Map<String, String>>> places() {
        return Stream.of(
                place(PORT, "/actuator"),
                place(PORT, "/manage", "management.endpoints.web.base-path", "/manage"),
                place(PORT, "/api/actuator", "spring.mvc.servlet.path", "/api"),
                place(PORT, "/app/actuator", "server.servlet.context-path", "/app"),
                place("local.management.port", "/actuator", "management.server.port", "0"),
                place(
                        "local.management.port",
                        "",
                        "management.server.port",
                        "0",
                        "management.endpoints.web.base-path",
                        "/"));
    }

    private static Named<Map<String, String>> place(String port, String path, String... properties) {
        Map<String, String> all = new HashMap<>(
                Map.of("management.endpoints.web.exposure.include", "*", "test.port", port, "test.path", path));
        for (int i = 0; i < properties.length; i += 2) {
            all.put(properties[i], properties[i + 1]);
        }
        return Named.of(path + " " + String.join(" ", properties), all);
    }

    @ParameterizedTest
    @MethodSource("places")
    void endpointsThatDiagnoseAnOutageCanBeReadWhereverTheyAre(Map<String, String> place) {
        try (TestServer server = TestServer.start(TestServer.FullApplication.class, place, Chain.class)) {
            String session = server.sessions().begin();
            server.sessions().goDown(OutagePolicy.REJECT);

            for (String endpoint : new String[] {"health", "info", "metrics"}) {
                assertThat(status(server, place, "GET", endpoint, session)).isEqualTo(200);
            }
            for (String endpoint : new String[] {"env", "heapdump", "beans", "loggers"}) {
                assertThat(status(server, place, "GET", endpoint, session)).isEqualTo(503);
            }
            assertThat(status(server, place, "POST", "health", session)).isEqualTo(503);
            assertThat(status(server, place, "POST", "writable", session)).isEqualTo(503);
            server.sessions().recover();
            server.sessions().revokeSession(session);
            server.sessions().goDown(OutagePolicy.REJECT);
            assertThat(status(server, place, "GET", "metrics", server.sessions().begin()))
                    .isEqualTo(200);
        }
    }

    @Test
    void requestsOfTheApplicationUnderTheSameBasePathAreNotExempt() {
        try (TestServer server = TestServer.start(
                TestServer.FullApplication.class,
                Map.of("management.endpoints.web.base-path", "/api", "management.endpoints.web.exposure.include", "*"),
                Chain.class)) {
            server.sessions().goDown(OutagePolicy.REJECT);

            assertThat(status(server, Map.of("test.port", PORT, "test.path", "/api"), "GET", "orders", "any"))
                    .isEqualTo(503);
            assertThat(status(server, Map.of("test.port", PORT, "test.path", "/api"), "GET", "health", "any"))
                    .isEqualTo(200);
        }
    }

    private static int status(
            TestServer server, Map<String, String> place, String method, String endpoint, String session) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        server.uri(place.get("test.port"), place.get("test.path") + "/" + endpoint))
                .method(method, HttpRequest.BodyPublishers.noBody());
        return TestServer.send(request, TestServer.bearer(TestIssuer.get().token(session)))
                .statusCode();
    }

    @Configuration(proxyBeanMethods = false)
    static class Chain {

        @Bean
        SecurityFilterChain chain(HttpSecurity http) throws Exception {
            return http.csrf(csrf -> csrf.disable())
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(ShapeConfigurations.decoder())))
                    .build();
        }

        @Bean
        Orders orders() {
            return new Orders();
        }

        @Bean
        Writable writable() {
            return new Writable();
        }
    }

    @Controller
    static class Orders {

        @GetMapping("/api/orders")
        @ResponseBody
        String orders() {
            return "orders";
        }
    }

    @Endpoint(id = "writable")
    static class Writable {

        @WriteOperation
        public void write() {}
    }
}
