package dev.sessiontracking.redis;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Encryption of the connections, which a URL with rediss:// switches on.
 *
 * @param bundle Name of the SSL bundle with the trusted certificates and, where the server asks for one, the
 *     application's own. Unset: what the Java platform trusts.
 */
@ConfigurationProperties("session.tracking.ssl")
record SslProperties(@Nullable String bundle) {}
