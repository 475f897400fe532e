// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.isBetween;
import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.require;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The rotation of refresh tokens by SessionTokens.
 *
 * @param reuseInterval How long after a rotation the previous refresh token gets the same successor instead of ending the
 *     session. 0 to 60 s.
 */
@ConfigurationProperties("session.tracking.refresh")
record RefreshProperties(@DefaultValue("10s") Duration reuseInterval) {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    RefreshProperties {
        require(
                isBetween(Duration.ZERO, reuseInterval, LONGEST),
                "session.tracking.refresh.reuse-interval",
                reuseInterval,
                "between 0 and 60 seconds",
                "Set session.tracking.refresh.reuse-interval to the time within which a client repeats a refresh, for"
                        + " example 10s. 0 ends the session at any repetition.");
    }
}
