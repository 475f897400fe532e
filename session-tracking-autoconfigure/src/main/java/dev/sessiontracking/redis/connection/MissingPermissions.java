// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each command that the server rejects permanently once: our user lacks the permission, or the server does not
 * have the command. Thread-safe.
 */
public final class MissingPermissions {

    private static final Logger log = LoggerFactory.getLogger(MissingPermissions.class);

    /**
     * The error texts of Redis, Valkey, and common proxies and managed services. "OOM command not allowed" is the error of
     * a full server.
     */
    private static final Pattern MISSING_COMMAND =
            Pattern.compile("(?i)\\b(?:unknown|unsupported)\\b.{0,20}\\bcommand\\b"
                    + "|(?<!OOM )\\bcommand\\b.{0,40}\\b(?:disabled|not (?:support|allow|permit|avail|enabled))");

    private static final Pattern NAME = Pattern.compile("['`\"]([A-Za-z|]{2,30})['`\"]");

    private static final int MOST_TOLD = 32;

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    void refused(Throwable failure) {
        Throwable cause = RedisFailures.unwrap(failure);
        if (isDenied(cause)) {
            String denied = describe(cause);
            if (told.size() < MOST_TOLD && told.add(denied)) {
                log.warn("{}. Until then, commands that need it fail as if Redis were unavailable", denied);
            }
        }
    }

    /** Whether the server rejects this command until its configuration is changed. */
    public static boolean isDenied(Throwable failure) {
        Throwable cause = RedisFailures.unwrap(failure);
        if (!(cause instanceof RedisCommandExecutionException)) {
            return false;
        }
        String message = String.valueOf(cause.getMessage());
        return switch (RedisFailures.firstWord(message)) {
            case "NOPERM" -> true;
            case "ERR", RedisFailures.NO_WORD ->
                MISSING_COMMAND.matcher(message).find();
            default -> false;
        };
    }

    /** Describes the rejected command and the fix. */
    static String describe(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        Matcher name = NAME.matcher(message);
        String command = name.find() ? name.group(1) : null;
        return message.startsWith("NOPERM")
                ? "The user of session.tracking.redis-url lacks the permission "
                        + (command == null ? "for one of its keys or commands" : "+" + command)
                        + " (NOPERM). Grant it in Redis. docs/running-redis.md lists all permissions that are"
                        + " needed"
                : "Redis does not run the command " + (command == null ? "" : command + " ") + "(\""
                        + RedisFailures.quoted(message)
                        + "\"). Enable the command, or use a server or proxy that has it";
    }
}
