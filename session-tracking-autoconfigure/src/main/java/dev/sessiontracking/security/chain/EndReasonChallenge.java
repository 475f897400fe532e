// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.SessionEndReason;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Says in a challenge why a session has ended. RFC 6750 section 3 permits further parameters. */
public final class EndReasonChallenge {

    private static final String INVALID_TOKEN = "error=\"invalid_token\"";

    private static final String SESSION_END = ", session_end=\"";

    private EndReasonChallenge() {}

    /**
     * The challenge with the reason.
     *
     * @param challenges what an entry point has written
     * @return {@code null} if there is nothing to add
     */
    public static @Nullable String of(SessionEndReason reason, Collection<String> challenges) {
        if (challenges.size() != 1) {
            return null;
        }
        String challenge = challenges.iterator().next();
        return challenge.contains(INVALID_TOKEN) && !challenge.contains(SESSION_END)
                ? challenge + SESSION_END + reason.code() + '"'
                : null;
    }
}
