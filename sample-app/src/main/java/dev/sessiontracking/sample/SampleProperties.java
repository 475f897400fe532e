// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.sample;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.StringUtils;

/**
 * The sample's settings.
 *
 * @param accessTokenLifetime How long an access token is valid. A refresh token is valid as long as its session:
 *     session.tracking.ttl.
 * @param signingSecret What signs and verifies tokens, at least 32 characters. Nodes with the same value accept each
 *     other's tokens. Unset: each start generates a key.
 */
@ConfigurationProperties("sample")
record SampleProperties(
        @DefaultValue("15m") Duration accessTokenLifetime,
        @Nullable String signingSecret) {

    private static final int SHORTEST_SECRET = 32;

    SampleProperties {
        if (accessTokenLifetime.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "sample.access-token-lifetime must be at least one second, but is " + accessTokenLifetime);
        }
        signingSecret = StringUtils.hasText(signingSecret) ? signingSecret : null;
        if (signingSecret != null && signingSecret.length() < SHORTEST_SECRET) {
            throw new IllegalArgumentException("sample.signing-secret must have at least " + SHORTEST_SECRET
                    + " characters, but has " + signingSecret.length() + ". Make one with: openssl rand -base64 32");
        }
    }

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "SampleProperties[accessTokenLifetime=" + accessTokenLifetime + "]";
    }
}
