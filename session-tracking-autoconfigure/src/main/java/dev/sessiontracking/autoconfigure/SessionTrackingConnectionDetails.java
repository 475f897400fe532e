package dev.sessiontracking.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where the sessions are kept, found out by something else than the property: a container that a test or Docker Compose
 * has started, or a bean of the application. Such a bean switches session tracking on as {@code
 * session.tracking.redis-url} does, and goes before it.
 */
public interface SessionTrackingConnectionDetails extends ConnectionDetails {

    /** A URL as {@code session.tracking.redis-url} takes it. */
    String redisUrl();

    /** The ACL user of the sentinels, or {@code null} for the default user; the URL's is that of the servers. */
    default @Nullable String sentinelUsername() {
        return null;
    }

    /** The password of the sentinels, or {@code null} when they ask for none; the URL's is that of the servers. */
    default @Nullable String sentinelPassword() {
        return null;
    }

    /** Trust and keys for a URL with TLS, or {@code null} for those of the Java platform. */
    default @Nullable SslBundle sslBundle() {
        return null;
    }
}
