// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.spi.SessionIds;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one warning about values that cannot be read. */
final class BrokenValues {

    private static final Logger log = LoggerFactory.getLogger(BrokenValues.class);

    private static final AtomicBoolean SESSION_TOLD = new AtomicBoolean();

    private static final AtomicBoolean INDEX_TOLD = new AtomicBoolean();

    private BrokenValues() {}

    static void warnOfSession(String sessionId) {
        if (SESSION_TOLD.compareAndSet(false, true)) {
            log.warn(
                    "The value of session {} cannot be read because it is not a JSON object with a userId. Requests accept the"
                            + " session, but it is not listed and cannot be renewed. It is removed with its user's"
                            + " sessions. Further values of this kind are not reported",
                    SessionIds.hash(sessionId));
        }
    }

    static void warnOfIndex(String userId) {
        if (INDEX_TOLD.compareAndSet(false, true)) {
            log.warn(
                    "The index of user {} is neither a sorted set nor a set. New sessions of this user are not tracked,"
                            + " and the user's sessions can only be revoked one by one. Delete or rename the key"
                            + " user_sessions:<userId>. Further indexes of this kind are not reported",
                    SessionIds.hash(userId));
        }
    }
}
