package dev.sessiontracking.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once for each command that the server's user lacks the right to it. Thread-safe. */
final class MissingRights {

    private static final Logger log = LoggerFactory.getLogger(MissingRights.class);

    private static final Pattern COMMAND = Pattern.compile("the '([a-z|]{1,30})'");

    private static final int MOST_TOLD = 32;

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    void refused(Throwable failure) {
        if (RedisFailures.unwrap(failure) instanceof RedisCommandExecutionException error
                && String.valueOf(error.getMessage()).startsWith("NOPERM")) {
            Matcher command = COMMAND.matcher(String.valueOf(error.getMessage()));
            String right = command.find() ? "+" + command.group(1) : "one of its keys or commands";
            if (told.size() < MOST_TOLD && told.add(right)) {
                log.warn(
                        "The user of session.tracking.redis-url lacks a right ({}): what needs it fails as in an outage."
                                + " The README lists the rights that are needed",
                        right);
            }
        }
    }
}
