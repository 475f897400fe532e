// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * TLS settings of the connections. A URL with rediss:// enables TLS.
 *
 * @param bundle SSL bundle with the trusted certificates and, if the server requires one, the client certificate.
 *     Unset: the defaults of the Java platform.
 */
@ConfigurationProperties("session.tracking.ssl")
record SslProperties(@Nullable String bundle) {}
