package dev.sessiontracking.sample;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The sample's settings.
 *
 * @param accessTokenLifetime How long an access token is valid. A refresh token is valid as long as its session:
 *     session.tracking.ttl.
 */
@ConfigurationProperties("sample")
record SampleProperties(@DefaultValue("15m") Duration accessTokenLifetime) {

    SampleProperties {
        if (accessTokenLifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "sample.access-token-lifetime must be at least one second, but is " + accessTokenLifetime);
        }
    }
}
