// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionEndReason;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.SessionChange.End;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ends sessions, and remembers why in their companions. Without the permission for these keys, there are no reasons. */
record SessionEndings(RedisKeys keys, Companions companions) {

    /** As long as most access tokens live. A longer time costs memory for every logout. */
    static final Duration REASON_KEPT = Duration.ofHours(1);

    static final long REMOVED = 1;

    static final long SPARED = -1;

    private static final String REGISTERED = "registered";

    private static final Pattern NOT_A_CODE = Pattern.compile("[^A-Za-z0-9_-]");

    /**
     * {@link #REMOVED} for a session that is removed. {@link #SPARED} for one of an identity provider that has begun again; 2
     * for one that was not recorded, and will not be. Otherwise 0.
     */
    CompletionStage<Long> end(RedisRequest commands, String sessionId, End end) {
        String key = keys.session(sessionId);
        if (end.equals(End.FORGOTTEN)) {
            return commands.del(key);
        }
        Instant until = end.until();
        return companions.run(
                RedisScript.END,
                commands,
                key,
                keys.sessionState(sessionId),
                end.reason().code(),
                String.valueOf(Math.min(end.kept().toMillis(), REASON_KEPT.toMillis())),
                String.valueOf(end.tokenLife().toMillis()),
                end.ofProvider() ? "1" : "",
                until == null ? "" : String.valueOf(until.getEpochSecond()));
    }

    CompletionStage<Optional<SessionEndReason>> reason(RedisRequest commands, String sessionId) {
        return companions.read(commands, keys.sessionState(sessionId)).thenApply(SessionEndings::parse);
    }

    /** The first word. Others can write it, and it is sent in an HTTP header: what cannot be in a code is left out. */
    static Optional<SessionEndReason> parse(@Nullable String state) {
        if (state == null) {
            return Optional.empty();
        }
        String known = state.substring(0, Math.min(state.length(), SessionEndReason.MAX_LENGTH));
        String code = NOT_A_CODE.matcher(known.split("\\s", 2)[0]).replaceAll("");
        return code.isEmpty() || code.equals(REGISTERED) ? Optional.empty() : Optional.of(new SessionEndReason(code));
    }
}
