// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.security;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where identity providers report ended sessions.
 *
 * @param path Path that receives logout tokens (OpenID Connect Back-Channel Logout 1.0), below the context path. Unset: off.
 */
@ConfigurationProperties("session.tracking.back-channel-logout")
record BackChannelLogoutProperties(@Nullable String path) {

    static final String PATH = "session.tracking.back-channel-logout.path";

    private static final Pattern PLAIN = Pattern.compile("(/[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)+");

    BackChannelLogoutProperties {
        if (path != null && !PLAIN.matcher(path).matches()) {
            throw new SessionTrackingSetupException(
                    "The property " + PATH + " is '" + path + "', but must be one plain path without wildcards.",
                    "Start it with a slash, use letters, digits, \"-\", \"_\" and \".\", and no slash at the end, for example"
                            + " /logout/back-channel. Remove the property to receive no logout tokens.");
        }
    }
}
