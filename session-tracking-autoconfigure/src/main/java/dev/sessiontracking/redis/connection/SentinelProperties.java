// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.StringUtils;

/**
 * Credentials for the sentinels. The user and the password in the URL are only for the Redis servers.
 *
 * @param username ACL user of the sentinels. Unset: the default user.
 * @param password Password of the sentinels. Unset: no password.
 */
@ConfigurationProperties("session.tracking.sentinel")
public record SentinelProperties(
        @Nullable String username, @Nullable String password) {

    /** For sentinels without a password. */
    public static final SentinelProperties NONE = new SentinelProperties(null, null);

    /** Treats an empty value as unset: a placeholder with an empty variable leaves such a value. */
    public SentinelProperties {
        username = StringUtils.hasText(username) ? username : null;
        password = StringUtils.hasText(password) ? password : null;
        if (username != null && password == null) {
            throw new SessionTrackingSetupException(
                    "The property session.tracking.sentinel.username is set, but"
                            + " session.tracking.sentinel.password is not.",
                    "Set session.tracking.sentinel.password, or remove session.tracking.sentinel.username.");
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "SentinelProperties[" + (password == null ? "no login" : "a login") + "]";
    }
}
