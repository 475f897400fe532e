// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.reactive;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A WebFlux application on Netty, and a client of it. */
public final class FluxServer implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final ConfigurableApplicationContext context;

    private FluxServer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    public static FluxServer start(Map<String, ?> properties, Class<?>... sources) {
        return start(properties, context -> {}, sources);
    }

    public static FluxServer start(
            Map<String, ?> properties, Consumer<GenericApplicationContext> initializer, Class<?>... sources) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("server.port", "0");
        all.put("server.address", "127.0.0.1");
        all.put("spring.main.banner-mode", "off");
        all.put("spring.cloud.gateway.server.webflux.enabled", "false");
        all.putAll(properties);
        return new FluxServer(new SpringApplicationBuilder(sources)
                .web(WebApplicationType.REACTIVE)
                .properties(all)
                .initializers(context -> initializer.accept((GenericApplicationContext) context))
                .run());
    }

    /** One that keeps its sessions in Redis. */
    static FluxServer withRedis(String url, Class<?> application, String... properties) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("session.tracking.redis-url", url);
        for (String property : properties) {
            int end = property.indexOf('=');
            all.put(property.substring(0, end), property.substring(end + 1));
        }
        return start(all, application);
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
    }

    public HttpResponse<String> call(String method, String path, Consumer<HttpRequest.Builder> customizer) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(20));
        customizer.accept(request);
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    public HttpResponse<String> call(String method, String path, String token) {
        return call(method, path, request -> request.header("Authorization", "Bearer " + token));
    }

    @Override
    public void close() {
        context.close();
    }
}
