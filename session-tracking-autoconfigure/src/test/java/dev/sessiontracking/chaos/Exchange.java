// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.chaos;

import dev.sessiontracking.core.SessionChecker.Result;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request and what came of it.
 *
 * @param answer of its token's session; {@link Result#UNVERIFIED} with a failure for a request that was refused as
 *     nothing could be proven, null when the request was not about a session
 * @param excused whether its node was itself frozen or killed
 */
record Exchange(
        Kind kind,
        long start,
        long end,
        int status,
        @Nullable Result answer,
        boolean excused) {

    /** What was asked for. */
    enum Kind {
        LOGIN,
        CHECK,
        REFRESH,
        ROTATION,
        LOGOUT,
        REVOKE_ONE,
        REVOKE_ALL,
        REVOKE_OTHERS,
        ADMIN_REVOKE_ALL,
        CUT_OFF
    }

    static Exchange of(Kind kind, NodeClient.Answer answer, @Nullable Result check, boolean excused) {
        return new Exchange(kind, answer.start(), answer.end(), answer.status(), check, excused);
    }

    /** No answer, or none that was asked for: 503 is one of these. */
    boolean isFailed() {
        return status == 0 || status >= 500;
    }

    /** What no request may ever meet. */
    boolean isBroken() {
        return !excused && (status == 0 || status >= 500 && status != 503);
    }

    Duration time() {
        return Duration.ofNanos(end - start);
    }

    boolean isDecided() {
        return answer != null;
    }

    boolean isLeaseFresh() {
        return answer != null && answer != Result.UNVERIFIED;
    }
}
