package dev.sessiontracking.redis.connection;

import java.util.Locale;

/** How servers work together, as the scheme of the URL says. */
public enum Topology {
    /** One server. */
    STANDALONE("redis", 6379),

    /** A master with replicas, and sentinels who say which of them is the master. */
    SENTINEL("redis-sentinel", 26_379),

    /** Masters that share the keys among them. */
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
