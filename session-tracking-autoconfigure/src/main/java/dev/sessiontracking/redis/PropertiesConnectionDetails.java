// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.autoconfigure.SessionTrackingConnectionDetails;
import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import dev.sessiontracking.redis.connection.RedisProperties;
import dev.sessiontracking.redis.connection.SentinelProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/** The connection details of the properties. */
final class PropertiesConnectionDetails implements SessionTrackingConnectionDetails {

    private static final String BUNDLE = "session.tracking.ssl.bundle";

    private final RedisProperties properties;

    private final SentinelProperties sentinel;

    private final @Nullable SslBundle sslBundle;

    PropertiesConnectionDetails(
            RedisProperties properties, SentinelProperties sentinel, SslProperties ssl, @Nullable SslBundles bundles) {
        this.properties = properties;
        this.sentinel = sentinel;
        this.sslBundle = StringUtils.hasText(ssl.bundle()) ? bundle(ssl.bundle(), bundles) : null;
    }

    private static SslBundle bundle(String name, @Nullable SslBundles bundles) {
        try {
            if (bundles != null) {
                return bundles.getBundle(name);
            }
        } catch (NoSuchSslBundleException unknown) {
            throw new SessionTrackingSetupException(
                    "The property " + BUNDLE + " names an SSL bundle that does not exist: " + name + ".",
                    "Define spring.ssl.bundle.pem." + name + " or spring.ssl.bundle.jks." + name + ", or correct "
                            + BUNDLE + ".",
                    unknown);
        }
        throw new SessionTrackingSetupException(
                "The property " + BUNDLE + " is set, but this application has no SSL bundles: Spring Boot's"
                        + " SslAutoConfiguration is excluded.",
                "Do not exclude SslAutoConfiguration, or remove " + BUNDLE + ".");
    }

    @Override
    public String redisUrl() {
        String url = properties.redisUrl();
        if (!StringUtils.hasText(url)) {
            throw new SessionTrackingSetupException(
                    "This application was processed ahead of time with session tracking on, but"
                            + " session.tracking.redis-url is not set now.",
                    "Set session.tracking.redis-url, or process the application ahead of time without it.");
        }
        return url;
    }

    @Override
    public @Nullable String sentinelUsername() {
        return sentinel.username();
    }

    @Override
    public @Nullable String sentinelPassword() {
        return sentinel.password();
    }

    @Override
    public @Nullable SslBundle sslBundle() {
        return sslBundle;
    }
}
