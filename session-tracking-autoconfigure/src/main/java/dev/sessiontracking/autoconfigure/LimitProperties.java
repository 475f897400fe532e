// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.autoconfigure;

import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.isBetween;
import static dev.sessiontracking.autoconfigure.SessionTrackingSetupException.require;

import dev.sessiontracking.spi.SessionChange.Limit;
import dev.sessiontracking.spi.SessionStore;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How many sessions a user may have at once.
 *
 * @param sessionsPerUser Maximum number of sessions of a user, 1 to 1000. Unset: no limit, but of more than 1000 sessions, those
 *     that expire first end.
 * @param policy What happens at a login beyond the limit.
 */
@ConfigurationProperties("session.tracking.limit")
record LimitProperties(
        @Nullable Integer sessionsPerUser,
        @DefaultValue("evict-oldest") Policy policy) {

    private static final int MOST = 1_000;

    LimitProperties {
        require(
                sessionsPerUser == null || isBetween(1, sessionsPerUser, MOST),
                "session.tracking.limit.sessions-per-user",
                sessionsPerUser,
                "between 1 and " + MOST,
                "Set session.tracking.limit.sessions-per-user to the number of devices of a user, for example 5, or"
                        + " remove it.");
    }

    /** What happens at a login beyond the limit. */
    enum Policy {
        /** The oldest sessions end. */
        EVICT_OLDEST,
        /** The login is rejected. */
        REJECT
    }

    Limit limit(SessionStore store) {
        if (sessionsPerUser == null) {
            return Limit.NONE;
        }
        if (!store.limitsSessions()) {
            throw new SessionTrackingSetupException(
                    "The property session.tracking.limit.sessions-per-user is " + sessionsPerUser
                            + ", but this store does not limit sessions: user indexes are sets, or the SessionStore is one of"
                            + " the application.",
                    "Set session.tracking.user-index-type=zset, or remove session.tracking.limit.sessions-per-user.");
        }
        return new Limit(sessionsPerUser, policy == Policy.REJECT, null);
    }
}
