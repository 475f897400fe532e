package dev.sessiontracking.redis;

import dev.sessiontracking.core.NotBefore;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The not-before markers, one key for each user that has one. A server whose user may not use them has none. */
final class UserMarkers {

    /** What a cleared marker leaves: no marker, and nothing to be restored. */
    private static final String CLEARED = "0";

    private static final Pattern VALUE = Pattern.compile("(\\d{1,15})(?: (\\S+) (\\d{1,15}))?");

    private final RedisKeys keys;

    private final Companions companions;

    UserMarkers(RedisKeys keys, Companions companions) {
        this.keys = keys;
        this.companions = companions;
    }

    /** What a value says. What is no marker's value, as of a later version, is no marker. */
    static NotBefore parse(@Nullable String value) {
        Matcher matcher = VALUE.matcher(value == null ? "" : value);
        if (!matcher.matches()) {
            return NotBefore.NONE;
        }
        if (CLEARED.equals(value)) {
            return NotBefore.CLEARED;
        }
        String spared = matcher.group(2);
        return new NotBefore(
                Long.parseLong(matcher.group(1)), spared, spared == null ? 0 : Long.parseLong(matcher.group(3)));
    }

    CompletionStage<NotBefore> read(RedisRequest commands, String userId) {
        if (!companions.arePermitted()) {
            return CompletableFuture.completedFuture(NotBefore.NONE);
        }
        return commands.getIfPermitted(keys.userState(userId)).handle((value, failure) -> {
            if (failure == null || RedisFailures.isWrongType(failure) || companions.isForbidden(failure)) {
                return parse(value);
            }
            throw RedisFailures.unavailable(failure);
        });
    }

    /** @param marker the time is at most the server's, and 0 means that one */
    CompletionStage<NotBefore> raise(
            RedisRequest commands, String userId, NotBefore marker, Duration lifetime, boolean onlyIfAbsent) {
        String spared = marker.sparedSessionId();
        return companions
                .run(
                        RedisScript.MARKER,
                        commands,
                        keys.userSessions(userId),
                        keys.userState(userId),
                        marker.exists() ? String.valueOf(marker.millis()) : "",
                        String.valueOf(lifetime.toMillis()),
                        spared == null ? "" : spared,
                        onlyIfAbsent ? "1" : "")
                .thenApply(time -> new NotBefore(time, spared, 0));
    }

    CompletionStage<?> clear(RedisRequest commands, String userId, Duration lifetime) {
        return companions.arePermitted()
                ? commands.set(keys.userState(userId), CLEARED, SetArgs.Builder.px(lifetime.toMillis()))
                : CompletableFuture.completedFuture(null);
    }
}
