package dev.sessiontracking.sample;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long tokens live.
 *
 * @param accessTokenLifetime How long an access token is valid.
 * @param refreshTokenLifetime How long a refresh token is valid; as long as its session.
 */
@ConfigurationProperties("sample")
record SampleProperties(
        @DefaultValue("15m") Duration accessTokenLifetime,
        @DefaultValue("7d") Duration refreshTokenLifetime) {

    SampleProperties {
        requirePositive("sample.access-token-lifetime", accessTokenLifetime);
        requirePositive("sample.refresh-token-lifetime", refreshTokenLifetime);
    }

    private static void requirePositive(String property, Duration lifetime) {
        if (lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(property + " must be at least one second, but is " + lifetime);
        }
    }
}
