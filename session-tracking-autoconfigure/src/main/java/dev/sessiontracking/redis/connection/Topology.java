// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.util.Locale;

/** The topology of the servers, selected by the scheme of the URL. */
public enum Topology {
    /** One server. */
    STANDALONE("redis", 6379, "redis://host:6379, redis://:password@host:6379 or redis://user:password@host:6379/0"),

    /** A master with replicas, and sentinels that monitor them. */
    SENTINEL(
            "redis-sentinel",
            26_379,
            "redis-sentinel://:password@sentinel1:26379,sentinel2:26379/0#mymaster with the master name of the sentinels'"
                    + " configuration"),

    /** Several masters, each with a part of the keys. */
    CLUSTER("redis-cluster", 6379, "redis-cluster://:password@node1:7000,node2:7000");

    private final String scheme;

    private final int defaultPort;

    private final String example;

    Topology(String scheme, int defaultPort, String example) {
        this.scheme = scheme;
        this.defaultPort = defaultPort;
        this.example = example;
    }

    /** How to write the URL. */
    String example() {
        return example;
    }

    int defaultPort() {
        return defaultPort;
    }

    /** {@code redis} becomes {@code rediss} for TLS, in front of any suffix. */
    public String scheme(boolean tls) {
        return tls ? scheme.replaceFirst("redis", "rediss") : scheme;
    }

    /** For a message or a metric. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
