// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The reply to INFO. Fields that are missing or not permitted are unknown.
 *
 * @param version for a log line, such as "Redis 7.0.15", or {@code null}
 * @param evictionPolicy its {@code maxmemory-policy}, or {@code null}
 * @param role {@code master} or {@code slave}, or {@code null}
 * @param isClusterNode whether the server belongs to a cluster, if known
 */
record ServerInfo(
        @Nullable String version,
        @Nullable String evictionPolicy,
        @Nullable String role,
        boolean isClusterNode) {

    static final ServerInfo UNKNOWN = new ServerInfo(null, null, null, false);

    private static final int LONGEST_VALUE = 40;

    static ServerInfo parse(String info) {
        Map<String, String> fields = new TreeMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && line.length() - colon <= LONGEST_VALUE) {
                fields.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return new ServerInfo(
                version(fields),
                fields.get("maxmemory_policy"),
                fields.get("role"),
                "1".equals(fields.get("cluster_enabled")));
    }

    /** Valkey also reports the compatible Redis version. */
    private static @Nullable String version(Map<String, String> fields) {
        String valkey = fields.get("valkey_version");
        if (valkey != null) {
            return "Valkey " + valkey;
        }
        String redis = fields.get("redis_version");
        return redis == null ? null : "Redis " + redis;
    }

    boolean isEvicting() {
        return evictionPolicy != null && !evictionPolicy.equals("noeviction");
    }

    boolean isReplica() {
        return "slave".equals(role);
    }
}
