// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.servlet;

import dev.sessiontracking.security.RecordingSessions;
import dev.sessiontracking.security.SessionTrackingJwtAutoConfiguration;
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
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.web.OAuth2ResourceServerWebSecurityAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application on an embedded Tomcat, and a client of it. */
final class TestServer implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final ConfigurableApplicationContext context;

    private final RecordingSessions sessions;

    private TestServer(ConfigurableApplicationContext context) {
        this.context = context;
        this.sessions = context.getBean(RecordingSessions.class);
    }

    static TestServer start(Map<String, String> properties, Class<?> configuration) {
        return start(Application.class, properties, configuration);
    }

    static TestServer start(Class<?> application, Map<String, String> properties, Class<?> configuration) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("server.port", "0");
        all.put("server.address", "127.0.0.1");
        all.put("session.tracking.redis-url", "redis://127.0.0.1:1");
        all.put("spring.main.banner-mode", "off");
        all.putAll(properties);
        return new TestServer(new SpringApplicationBuilder(application, configuration)
                .web(WebApplicationType.SERVLET)
                .properties(all)
                .run());
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    RecordingSessions sessions() {
        return sessions;
    }

    URI uri(String path) {
        return uri("local.server.port", path);
    }

    URI uri(String portProperty, String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty(portProperty) + path);
    }

    HttpResponse<String> get(String path, Consumer<HttpRequest.Builder> customizer) {
        return send(HttpRequest.newBuilder(uri(path)).GET(), customizer);
    }

    HttpResponse<String> post(String path, Consumer<HttpRequest.Builder> customizer) {
        return send(HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.noBody()), customizer);
    }

    static HttpResponse<String> send(HttpRequest.Builder request, Consumer<HttpRequest.Builder> customizer) {
        return send(request, customizer, HttpResponse.BodyHandlers.ofString());
    }

    static <T> HttpResponse<T> send(
            HttpRequest.Builder request,
            Consumer<HttpRequest.Builder> customizer,
            HttpResponse.BodyHandler<T> bodyHandler) {
        request.timeout(Duration.ofSeconds(20));
        customizer.accept(request);
        try {
            return CLIENT.send(request.build(), bodyHandler);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    static Consumer<HttpRequest.Builder> bearer(String token) {
        return request -> request.header("Authorization", "Bearer " + token);
    }

    @Override
    public void close() {
        context.close();
    }

    /** What a servlet application cannot do without: most tests start many of them. */
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        ErrorMvcAutoConfiguration.class,
        SecurityAutoConfiguration.class,
        UserDetailsServiceAutoConfiguration.class,
        ServletWebSecurityAutoConfiguration.class,
        SecurityFilterAutoConfiguration.class,
        OAuth2ResourceServerAutoConfiguration.class,
        OAuth2ResourceServerWebSecurityAutoConfiguration.class,
        SessionTrackingJwtAutoConfiguration.class,
        SessionTrackingServletSecurityAutoConfiguration.class
    })
    @Import({Endpoints.class, RecordingSessions.class})
    static class Application {}

    /** All that Spring Boot configures, observation included, but for Redis. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = {
                "dev.sessiontracking.autoconfigure.SessionTrackingAutoConfiguration",
                "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
                "org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration",
                "org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration",
                "org.springframework.boot.data.redis.autoconfigure.health.DataRedisHealthContributorAutoConfiguration",
                "org.springframework.boot.data.redis.autoconfigure.health.DataRedisReactiveHealthContributorAutoConfiguration"
            })
    @Import({Endpoints.class, RecordingSessions.class})
    static class FullApplication {}
}
