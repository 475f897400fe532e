// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import dev.sessiontracking.spi.OutagePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs at startup that session tracking is off. Stops the start if the configuration requires session tracking. Checks
 * the environment again, because ahead-of-time processing fixes the conditions at build time.
 */
final class TrackingOffGuard {

    private static final Logger log = LoggerFactory.getLogger(TrackingOffGuard.class);

    TrackingOffGuard(TrackingSwitch wanted, OutagePolicy outagePolicy) {
        if (outagePolicy == OutagePolicy.REJECT && !wanted.isOn()) {
            throw new SessionTrackingSetupException(
                    "session.tracking.outage-policy=reject rejects tokens that cannot be checked, but session"
                            + " tracking is off: " + wanted.reason() + ".",
                    "Set session.tracking.redis-url, or remove session.tracking.outage-policy.");
        }
        switch (wanted) {
            case OFF_WITHOUT_URL ->
                log.info("Session tracking is off (session.tracking.redis-url is not set). JWTs are valid until"
                        + " they expire. Set session.tracking.redis-url to make them revocable");
            case OFF_BY_PROPERTY ->
                log.info("Session tracking is off (session.tracking.enabled=false). JWTs are valid until they"
                        + " expire");
            case REQUIRED_WITHOUT_URL ->
                throw new SessionTrackingSetupException(
                        "Session tracking is required (session.tracking.enabled=true), but session.tracking.redis-url"
                                + " is not set.",
                        "Set session.tracking.redis-url, for example to redis://localhost:6379, or remove"
                                + " session.tracking.enabled.");
            case ON, ON_BY_BEAN, ON_BY_STORE ->
                throw new SessionTrackingSetupException(
                        "Session tracking is enabled (" + wanted.reason()
                                + "), but this application was processed ahead of time"
                                + " with session tracking off, so it does not contain it.",
                        "Set session.tracking.redis-url when you process the application ahead of time, too."
                                + " Any valid URL will do, for example redis://localhost:6379.");
        }
    }
}
