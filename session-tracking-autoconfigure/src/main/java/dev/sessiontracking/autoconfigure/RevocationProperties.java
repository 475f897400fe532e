// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.isBetween;
import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.require;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The denylist: revocations that a node remembers and enforces regardless of Redis.
 *
 * @param retention How long a node remembers a revocation. At least as long as a token can live. Unset:
 *     session.tracking.ttl.
 * @param maximumRemembered Maximum number of revocations that a node remembers. A new one displaces the oldest
 *     confirmed one.
 */
@ConfigurationProperties("session.tracking.revocation")
record RevocationProperties(
        @Nullable Duration retention,
        @DefaultValue("100000") int maximumRemembered) {

    private static final Duration LONGEST_RETENTION = Duration.ofDays(3650);

    private static final int FEWEST = 100;

    private static final int MOST = 10_000_000;

    RevocationProperties {
        require(
                retention == null || isBetween(Duration.ofSeconds(1), retention, LONGEST_RETENTION),
                "session.tracking.revocation.retention",
                retention,
                "between one second and " + LONGEST_RETENTION.toDays() + " days",
                "Set session.tracking.revocation.retention to the longest lifetime of a token, for example 7d,"
                        + " or remove it.");
        require(
                isBetween(FEWEST, maximumRemembered, MOST),
                "session.tracking.revocation.maximum-remembered",
                maximumRemembered,
                "between " + FEWEST + " and " + MOST,
                "Set it to the number of revocations that happen within the retention, for example 100000, or remove it.");
    }
}
