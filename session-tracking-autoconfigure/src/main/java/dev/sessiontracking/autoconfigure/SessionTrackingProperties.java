// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.isBetween;
import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.require;

import dev.sessiontracking.core.Lifetimes;
import dev.sessiontracking.core.SessionChecker.Mode;
import dev.sessiontracking.spi.OutagePolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * General settings of session tracking.
 *
 * @param enabled Whether session tracking is enabled. Unset: enabled if session.tracking.redis-url is set, or if a
 *     connection details or SessionStore bean exists. True: required, the application does not start without. False:
 *     disabled.
 * @param mode Whether session tracking rejects tokens, or only shows which ones it would reject.
 * @param ttl Lifetime of a session after its creation or last renewal.
 * @param maxLifetime Longest lifetime of a session since the login, however often it is renewed. Unset: no limit.
 * @param outagePolicy What tokens are worth during an outage.
 */
@ConfigurationProperties("session.tracking")
record SessionTrackingProperties(
        @Nullable Boolean enabled,
        @DefaultValue("enforce") Mode mode,
        @DefaultValue("7d") Duration ttl,
        @Nullable Duration maxLifetime,
        @DefaultValue("plain-jwt") OutagePolicy outagePolicy) {

    private static final Duration SHORTEST_TTL = Duration.ofSeconds(1);

    private static final Duration LONGEST_TTL = Duration.ofDays(3650);

    SessionTrackingProperties {
        require(
                isBetween(SHORTEST_TTL, ttl, LONGEST_TTL),
                "session.tracking.ttl",
                ttl,
                "between one second and 3650 days",
                "Set session.tracking.ttl to the lifetime of your refresh tokens, for example 7d.");
        require(
                maxLifetime == null || isBetween(SHORTEST_TTL, maxLifetime, LONGEST_TTL),
                "session.tracking.max-lifetime",
                maxLifetime,
                "between one second and 3650 days",
                "Set session.tracking.max-lifetime to the time after which a user must log in again, for example 30d,"
                        + " or leave it out.");
    }

    Lifetimes lifetimes(RefreshProperties refresh) {
        return new Lifetimes(ttl, maxLifetime, refresh.reuseInterval());
    }
}
