// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connection details of the Redis that stores the sessions, for cases in which the address is no property: a container
 * of a test or of Docker Compose, or a bean of the application. Such a bean enables session tracking as {@code
 * session.tracking.redis-url} does, and takes precedence over it.
 */
public interface SessionTrackingConnectionDetails extends ConnectionDetails {

    /** A URL in the format of {@code session.tracking.redis-url}. */
    String redisUrl();

    /**
     * The ACL user of the sentinels, or {@code null} for the default user. The user in the URL is for the Redis
     * servers.
     */
    default @Nullable String sentinelUsername() {
        return null;
    }

    /** The password of the sentinels, or {@code null} for none. The password in the URL is for the Redis servers. */
    default @Nullable String sentinelPassword() {
        return null;
    }

    /** Trusted certificates and client keys for TLS, or {@code null} for those of the Java platform. */
    default @Nullable SslBundle sslBundle() {
        return null;
    }
}
