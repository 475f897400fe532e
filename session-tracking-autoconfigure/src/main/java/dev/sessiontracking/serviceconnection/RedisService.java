package dev.sessiontracking.serviceconnection;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a container with Redis. */
final class RedisService {

    /** Images whose containers are taken for Redis, whoever publishes them. */
    static final List<String> IMAGES =
            List.of("redis", "redis/redis-stack", "redis/redis-stack-server", "valkey/valkey");

    static final int PORT = 6379;

    /** The variable by which images that take a password from their environment are told it. */
    static final String PASSWORD = "REDIS_PASSWORD";

    private RedisService() {}

    static String url(boolean tls, String host, int port, @Nullable String password) {
        String login = password == null || password.isEmpty()
                ? ""
                : ":" + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@";
        return (tls ? "rediss://" : "redis://") + login + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
