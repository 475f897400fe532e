// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A parsed {@code session.tracking.redis-url}. No message and no {@link #toString()} contains the password.
 *
 * @param topology how the servers work together
 * @param tls whether connections are encrypted
 * @param addresses the server, the sentinels, or some nodes of the cluster
 * @param database number of the database
 * @param masterName name of the master in the configuration of the sentinels, or {@code null} without sentinels
 * @param username ACL user, or {@code null} for the default user
 * @param password password, or {@code null} for none
 */
public record RedisUrl(
        Topology topology,
        boolean tls,
        List<RedisAddress> addresses,
        int database,
        @Nullable String masterName,
        @Nullable String username,
        @Nullable String password) {

    public RedisUrl {
        addresses = List.copyOf(addresses);
    }

    private static final Pattern QUOTED = Pattern.compile("^([\"'])(.*)\\1$", Pattern.DOTALL);

    private static final Pattern VALKEY = Pattern.compile("^valkey(?=s?[:-])", Pattern.CASE_INSENSITIVE);

    /**
     * Parses the value of the property. Ignores surrounding quotes, because {@code docker run --env-file} does not
     * remove them. {@code valkey} in the scheme means the same as {@code redis}.
     *
     * @throws SessionTrackingSetupException if the value is not a valid URL; the message describes the error without
     *     the value
     */
    public static RedisUrl parse(String url) {
        String unquoted = QUOTED.matcher(url.strip()).replaceFirst("$2").strip();
        return new RedisUrlParser(VALKEY.matcher(unquoted).replaceFirst("redis")).parse();
    }

    /** The URL as it may be logged: without user name and password. */
    @Override
    public String toString() {
        String hosts = addresses.stream().map(RedisAddress::toString).collect(Collectors.joining(","));
        return topology.scheme(tls) + "://" + hosts
                + (topology == Topology.CLUSTER ? "" : "/" + database)
                + (masterName == null ? "" : "#" + masterName);
    }
}
