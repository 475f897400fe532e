package dev.sessiontracking.redis.connection;

import dev.sessiontracking.autoconfigure.SessionTrackingSetupException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.StringUtils;

/**
 * How to log in to the sentinels. The user and the password in the URL are those of the servers.
 *
 * @param username ACL user of the sentinels. Unset: the default user.
 * @param password Password of the sentinels. Unset: they are asked without a password.
 */
@ConfigurationProperties("session.tracking.sentinel")
public record SentinelProperties(
        @Nullable String username, @Nullable String password) {

    /** Sentinels that ask for no password. */
    public static final SentinelProperties NONE = new SentinelProperties(null, null);

    /** An empty value is as good as none: it is what an unset variable in a placeholder leaves behind. */
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
