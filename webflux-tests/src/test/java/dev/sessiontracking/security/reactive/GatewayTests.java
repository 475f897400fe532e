// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.TestIssuer;
import dev.sessiontracking.spi.OutagePolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Spring Cloud Gateway with routes in its properties, and a service behind it that records what it is sent. */
@ExtendWith(EventLoopGuard.class)
class GatewayTests {

    private static final List<String> FORWARDED = new CopyOnWriteArrayList<>();

    private static HttpServer service;

    private static FluxServer gateway;

    private static RecordingSessions sessions;

    @BeforeAll
    static void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            FORWARDED.add(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = "from the service".getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        service.start();
        String routes = "spring.cloud.gateway.server.webflux.routes[0].";
        gateway = FluxServer.start(
                Map.of(
                        FluxApplication.ON,
                        FluxApplication.URL,
                        "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                        TestIssuer.get().jwkSetUri(),
                        "spring.cloud.gateway.server.webflux.enabled",
                        "true",
                        routes + "id",
                        "orders",
                        routes + "uri",
                        "http://127.0.0.1:" + service.getAddress().getPort(),
                        routes + "predicates[0]",
                        "Path=/orders/**"),
                FluxApplication.class);
        sessions = gateway.bean(RecordingSessions.class);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        service.stop(0);
    }

    @AfterEach
    void recover() {
        sessions.recover();
        FORWARDED.clear();
    }

    @Test
    void liveSessionIsForwardedWithItsToken() {
        String token = TestIssuer.get().token(sessions.begin());

        assertThat(gateway.call("GET", "/orders/1", token).body()).isEqualTo("from the service");
        assertThat(FORWARDED).containsExactly("Bearer " + token);
    }

    @Test
    void revokedSessionIsNotForwarded() {
        HttpResponse<String> answer =
                gateway.call("GET", "/orders/1", TestIssuer.get().token("revoked"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .contains("invalid_token");
        assertThat(FORWARDED).isEmpty();
    }

    @Test
    void outageIsDecidedAtTheEdge() {
        String token = TestIssuer.get().token(sessions.begin());

        sessions.goDown(OutagePolicy.REJECT);
        assertThat(gateway.call("GET", "/orders/1", token).statusCode()).isEqualTo(503);
        assertThat(FORWARDED).isEmpty();
        sessions.goDown(OutagePolicy.PLAIN_JWT);
        assertThat(gateway.call("GET", "/orders/1", token).statusCode()).isEqualTo(200);
    }

    @Test
    void logoutEndsAtTheEdge() {
        String session = sessions.begin();
        String token = TestIssuer.get().token(session);

        assertThat(gateway.call("POST", "/logout", token).statusCode()).isEqualTo(204);

        assertThat(sessions.isSessionValid(session)).isFalse();
        assertThat(gateway.call("GET", "/orders/1", token).statusCode()).isEqualTo(401);
        assertThat(FORWARDED).isEmpty();
    }
}
