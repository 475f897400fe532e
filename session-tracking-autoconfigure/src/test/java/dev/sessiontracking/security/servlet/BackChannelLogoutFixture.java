// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.SessionEvent.SessionRevoked;
import dev.sessiontracking.SessionService;
import dev.sessiontracking.testkit.RedisServerExtension;
import dev.sessiontracking.testkit.TestIdentityProvider;
import dev.sessiontracking.testkit.TestIdentityProvider.Login;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with Spring Boot's own filter chain, and an identity provider that sends logout tokens to it. */
abstract class BackChannelLogoutFixture {

    static final String PATH = "/logout/back-channel";

    static final String INVALID = "{\"error\":\"invalid_request\"}";

    static final String READS_FORM = "X-Reads-Form";

    static TestIdentityProvider provider;

    static final List<SessionRevoked> REVOKED = new CopyOnWriteArrayList<>();

    @RegisterExtension
    static final RedisServerExtension REDIS = new RedisServerExtension();

    static ServletNode node;

    static SessionService sessions;

    Login login;

    @BeforeAll
    static void start() {
        provider = TestIdentityProvider.start();
        node = start("plain-jwt");
        sessions = node.sessions();
    }

    static ServletNode start(String policy) {
        return ServletNode.start(
                Application.class,
                REDIS.url(),
                "server.servlet.context-path=/api",
                "session.tracking.outage-policy=" + policy,
                "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + provider.issuer(),
                "session.tracking.issuers.main.preset=keycloak",
                "session.tracking.issuers.main.registration=first-use",
                "session.tracking.issuers.main.client-ids=one, two",
                "session.tracking.back-channel-logout.path=" + PATH);
    }

    @AfterAll
    static void stop() {
        node.close();
        provider.close();
    }

    @BeforeEach
    void logIn() {
        REVOKED.clear();
        login = login(UUID.randomUUID().toString());
    }

    /** A login of a while ago, whose session the node has recorded. */
    static Login login(String user) {
        Login login = provider.login(user, Instant.now().minusSeconds(20));
        // A node that has just recovered from an outage may not have noticed it.
        Awaitility.await().until(() -> me(login) == 200 && isRecorded(login));
        return login;
    }

    static boolean isRecorded(Login login) {
        return REDIS.cli().number("EXISTS", "session:" + login.sid()) == 1;
    }

    @AfterEach
    void thaw() {
        REDIS.server().thaw();
    }

    static HttpResponse<String> post(String form) {
        return post(node, form);
    }

    static HttpResponse<String> post(ServletNode to, String form) {
        return send(to, PATH, BodyPublishers.ofString(form), request -> {});
    }

    static HttpResponse<String> send(
            ServletNode to, String path, BodyPublisher body, Consumer<HttpRequest.Builder> customizer) {
        return TestServer.send(
                HttpRequest.newBuilder(to.uri(path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(body),
                customizer);
    }

    static int me(Login login) {
        return node.get(login.token());
    }

    static String of(Login login, @Nullable Object sid, Instant issuedAt) {
        Map<String, @Nullable Object> changes = new HashMap<>();
        changes.put("sid", sid);
        changes.put("iat", issuedAt.getEpochSecond());
        return "logout_token=" + login.logoutToken("one", changes);
    }

    static void assertInvalid(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).isEqualTo(INVALID);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Application {

        @GetMapping("/me")
        String me() {
            return "me";
        }

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        Filter readsTheForm() {
            return (request, response, chain) -> {
                if (((HttpServletRequest) request).getHeader(READS_FORM) != null) {
                    request.getParameter("anything");
                }
                chain.doFilter(request, response);
            };
        }

        @EventListener
        void on(SessionRevoked event) {
            REVOKED.add(event);
        }
    }
}
