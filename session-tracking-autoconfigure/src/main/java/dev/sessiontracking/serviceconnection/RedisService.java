// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.serviceconnection;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the settings of a container with Redis. */
final class RedisService {

    /** Names of images that contain Redis, from any publisher. */
    static final List<String> IMAGES =
            List.of("redis", "redis/redis-stack", "redis/redis-stack-server", "valkey/valkey");

    static final int PORT = 6379;

    /** The environment variable with the password, for images that support it. */
    static final String PASSWORD = "REDIS_PASSWORD";

    private RedisService() {}

    static String url(boolean tls, String host, int port, @Nullable String password) {
        String login = password == null || password.isEmpty()
                ? ""
                : ":" + URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20") + "@";
        return (tls ? "rediss://" : "redis://") + login + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
