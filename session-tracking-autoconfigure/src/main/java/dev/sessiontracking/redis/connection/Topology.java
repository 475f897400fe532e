// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.util.Locale;

/** The topology of the servers, selected by the scheme of the URL. */
public enum Topology {
    /** One server. */
    STANDALONE("redis", 6379),

    /** A master with replicas, and sentinels that monitor them. */
    SENTINEL("redis-sentinel", 26_379),

    /** Several masters, each with a part of the keys. */
    CLUSTER("redis-cluster", 6379);

    private static final String TLS_SUFFIX = "s";

    private final String scheme;

    private final int defaultPort;

    Topology(String scheme, int defaultPort) {
        this.scheme = scheme;
        this.defaultPort = defaultPort;
    }

    int defaultPort() {
        return defaultPort;
    }

    /** {@code redis} becomes {@code rediss} for TLS, in front of any suffix. */
    public String scheme(boolean tls) {
        return tls ? scheme.replaceFirst("redis", "redis" + TLS_SUFFIX) : scheme;
    }

    /** For a message or a metric. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
