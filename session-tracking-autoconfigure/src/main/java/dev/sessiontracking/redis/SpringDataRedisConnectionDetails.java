// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.connection.RedisAddress;
import dev.sessiontracking.redis.connection.Topology;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Cluster;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Node;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Sentinel;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Standalone;
import org.springframework.boot.ssl.SslBundle;

/** The address of Spring Boot's Redis, from properties, a container or a bean of the application. */
record SpringDataRedisConnectionDetails(DataRedisConnectionDetails details)
        implements SessionTrackingConnectionDetails {

    @Override
    public String redisUrl() {
        Sentinel sentinel = details.getSentinel();
        Cluster cluster = details.getCluster();
        Standalone standalone = details.getStandalone();
        if (sentinel != null) {
            return url(Topology.SENTINEL, sentinel.getNodes()) + "/" + sentinel.getDatabase() + "#"
                    + sentinel.getMaster();
        }
        if (cluster != null) {
            return url(Topology.CLUSTER, cluster.getNodes());
        }
        if (standalone == null) {
            throw new SessionTrackingSetupException(
                    SpringDataRedisConnectionAutoConfiguration.PROPERTY
                            + " is true, but spring.data.redis.* configures neither a server, nor Sentinels, nor a"
                            + " cluster.",
                    "Set the address of Redis in spring.data.redis.*, or set session.tracking.redis-url"
                            + " instead, for example to redis://localhost:6379.");
        }
        return url(Topology.STANDALONE, List.of(new Node(standalone.getHost(), standalone.getPort()))) + "/"
                + standalone.getDatabase();
    }

    private String url(Topology topology, List<Node> nodes) {
        String username = details.getUsername();
        String password = details.getPassword();
        String login =
                password == null ? "" : (username == null ? "" : encoded(username)) + ":" + encoded(password) + "@";
        return nodes.stream()
                .map(node -> new RedisAddress(node.host(), node.port()).toString())
                .collect(Collectors.joining(",", topology.scheme(sslBundle() != null) + "://" + login, ""));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public @Nullable String sentinelUsername() {
        Sentinel sentinel = details.getSentinel();
        return sentinel == null || sentinel.getPassword() == null ? null : sentinel.getUsername();
    }

    @Override
    public @Nullable String sentinelPassword() {
        Sentinel sentinel = details.getSentinel();
        return sentinel == null ? null : sentinel.getPassword();
    }

    @Override
    public @Nullable SslBundle sslBundle() {
        return details.getSslBundle();
    }
}
