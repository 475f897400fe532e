// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.SessionService;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.function.Consumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A node of a servlet application that keeps its sessions in Redis, and a client of it. */
final class ServletNode implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private ServletNode(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static ServletNode start(Class<?> application, String redisUrl, String... properties) {
        return new ServletNode(new SpringApplicationBuilder(application)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "spring.main.banner-mode=off",
                        "session.tracking.redis-url=" + redisUrl)
                .properties(properties)
                .run());
    }

    SessionService sessions() {
        return context.getBean(SessionService.class);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port")
                + context.getEnvironment().getProperty("server.servlet.context-path", "") + path);
    }

    HttpResponse<String> call(String method, String path, String token, Consumer<HttpRequest.Builder> customizer) {
        return TestServer.send(
                HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.noBody()),
                TestServer.bearer(token).andThen(customizer));
    }

    HttpResponse<String> call(String method, String path, String token) {
        return call(method, path, token, request -> {});
    }

    /** The status of a request to {@code /me}. */
    int get(String token) {
        return call("GET", "/me", token).statusCode();
    }

    @Override
    public void close() {
        context.close();
    }
}
