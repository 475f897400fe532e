// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.MarkerValue;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The not-before markers, one key for each user with a marker. Without the permission for these keys, there are no
 * markers.
 */
record UserMarkers(RedisKeys keys, Companions companions) {

    CompletionStage<NotBefore> read(RedisRequest commands, String userId) {
        return companions.read(commands, keys.userState(userId)).thenApply(MarkerValue::parse);
    }

    /** @param marker the time is at most the server's, and 0 means that one */
    CompletionStage<NotBefore> raise(
            RedisRequest commands, String userId, NotBefore marker, Duration lifetime, boolean unlessCleared) {
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
                        unlessCleared ? "1" : "")
                .thenApply(time -> new NotBefore(time, spared, 0));
    }

    CompletionStage<?> clear(RedisRequest commands, String userId, Duration lifetime) {
        return companions.arePermitted()
                ? commands.set(keys.userState(userId), MarkerValue.CLEARED, lifetime)
                : CompletableFuture.completedFuture(null);
    }
}
