// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security.chain;

import dev.sessiontracking.SessionEndReason;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Adds parameters to the challenge that an entry point has written. RFC 6750 section 3 permits further parameters. */
public final class Challenges {

    private Challenges() {}

    /**
     * The challenge with the reason why a session has ended.
     *
     * @param challenges what an entry point has written
     * @return {@code null} if there is nothing to add
     */
    public static @Nullable String with(SessionEndReason reason, Collection<String> challenges) {
        return with("session_end", reason.code(), "invalid_token", challenges);
    }

    /** Adds a parameter to the challenge with this error, unless it has the parameter. */
    static @Nullable String with(String parameter, String value, String error, Collection<String> challenges) {
        if (challenges.size() != 1) {
            return null;
        }
        String challenge = challenges.iterator().next();
        String addition = ", " + parameter + "=\"";
        return challenge.contains("error=\"" + error + '"') && !challenge.contains(addition)
                ? challenge + addition + value + '"'
                : null;
    }
}
