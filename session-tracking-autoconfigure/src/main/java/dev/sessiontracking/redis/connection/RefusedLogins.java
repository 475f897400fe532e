// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rejections of the first commands on a connection: HELLO, which selects the protocol, and AUTH. */
final class RefusedLogins {

    private static final Pattern HELLO_REFUSED = Pattern.compile(
            "(?i)^(?!NOAUTH|WRONGPASS|NOPERM).*\\b(?:hello|(?:unknown|unsupported|invalid) (?:command|request))");

    static final String SENTINEL_REFUSED = "the sentinels rejected the login, check"
            + " session.tracking.sentinel.username and session.tracking.sentinel.password";

    /** Beginnings of Lettuce's messages if one sentinel, or all of them, could not be asked for the master. */
    private static final Set<String> OF_A_SENTINEL =
            Set.of("Cannot connect Redis Sentinel at ", "Cannot connect to a Redis Sentinel");

    private RefusedLogins() {}

    /** Whether a server rejects the first command of the current protocol, but may support the older protocol. */
    static boolean isHelloRefused(Throwable failure) {
        return RedisFailures.causes(failure).stream()
                .filter(RedisCommandExecutionException.class::isInstance)
                .map(cause -> String.valueOf(cause.getMessage()))
                .anyMatch(message -> !message.startsWith("NOPERM")
                        && (isRefused(message) || HELLO_REFUSED.matcher(message).find()));
    }

    /** Whether the server does not accept our user or password. */
    static boolean isRefused(Throwable failure) {
        return fix(failure) != null;
    }

    /** The fix for rejected credentials, or {@code null} for any other failure. */
    static @Nullable String fix(Throwable failure) {
        boolean sentinel = false;
        for (Throwable cause : RedisFailures.causes(failure)) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof RedisCommandExecutionException && isRefused(message)) {
                return sentinel ? SENTINEL_REFUSED : RedisFailures.LOGIN_REFUSED;
            }
            sentinel |= OF_A_SENTINEL.stream().anyMatch(message::startsWith);
        }
        return null;
    }

    private static boolean isRefused(String message) {
        String word = RedisFailures.firstWord(message);
        return word.equals("WRONGPASS")
                || word.equals("NOAUTH")
                || (message.contains("AUTH") && !HELLO_REFUSED.matcher(message).find());
    }
}
