// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.StoreListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs scripts on a key and its companion, if the Redis user may use companions. Without that permission, the scripts
 * run on the key alone, so that no login fails. Thread-safe.
 */
final class Companions implements StoreListener {

    private static final Logger log = LoggerFactory.getLogger(Companions.class);

    /** A placeholder for an id. No generated id looks like this. */
    private static final String NOBODY = "~state~";

    private final RedisLink link;

    private final RedisKeys keys;

    private final AtomicBoolean told = new AtomicBoolean();

    private volatile boolean permitted = true;

    /** Whether the last inspection had no answer. */
    private volatile boolean unanswered;

    Companions(RedisLink link, RedisKeys keys) {
        this.link = link;
        this.keys = keys;
        link.listen(this);
        link.whenConnectedAtFirst(this::inspect);
    }

    /** Whether the Redis user may use companions, if known. */
    boolean arePermitted() {
        if (!permitted && unanswered) {
            unanswered = false;
            inspect();
        }
        return permitted;
    }

    CompletionStage<Long> run(
            RedisScript script, RedisRequest commands, String key, String companion, String... arguments) {
        return run(keys -> script.run(commands, keys, arguments), key, companion);
    }

    /** @param script receives the two keys, or only the first one */
    <T> CompletionStage<T> run(Function<String[], CompletionStage<T>> script, String key, String companion) {
        String[] alone = {key};
        if (!arePermitted()) {
            return script.apply(alone);
        }
        return script.apply(new String[] {key, companion})
                .exceptionallyCompose(
                        failure -> isForbidden(failure) ? script.apply(alone) : CompletableFuture.failedStage(failure));
    }

    /** The value of a companion; {@code null} if it is missing or not a string, or without the permission. */
    CompletionStage<@Nullable String> read(RedisRequest commands, String companion) {
        if (!arePermitted()) {
            return CompletableFuture.completedStage(null);
        }
        return commands.getIfPermitted(companion).handle((value, failure) -> {
            if (failure == null || RedisFailures.isWrongType(failure) || isForbidden(failure)) {
                return value;
            }
            throw RedisFailures.unavailable(failure);
        });
    }

    /** Whether this failure means that the permission is missing. Records it. */
    private boolean isForbidden(Throwable failure) {
        if (!RedisFailures.isMissingRight(failure)) {
            return false;
        }
        permitted = false;
        if (told.compareAndSet(false, true)) {
            log.warn(
                    "The user of session.tracking.redis-url may not use the keys {}* and {}*. Late registrations are not"
                            + " protected against resurrection, revoking all sessions of a user does not end logins made"
                            + " during an outage, there is no cut-off for all users, and the reasons why sessions have ended"
                            + " are missing. Grant the key patterns that docs/running-redis.md lists",
                    keys.sessionState(NOBODY)
                            .substring(0, keys.sessionState(NOBODY).indexOf('{')),
                    keys.userState(NOBODY).substring(0, keys.userState(NOBODY).indexOf('{')));
        }
        return true;
    }

    /** Reads both kinds, to detect a missing permission before the first login. */
    private void inspect() {
        link.request(commands -> {
                    Stream<String> both = Stream.of(keys.sessionState(NOBODY), keys.userState(NOBODY));
                    return RedisRequest.all(both.map(commands::getIfPermitted));
                })
                .whenComplete((both, failure) -> {
                    if (failure == null) {
                        permitted = true;
                        told.set(false);
                    } else {
                        unanswered = !isForbidden(failure);
                    }
                });
    }

    /** It may be another server, with other permissions. */
    @Override
    public void available() {
        inspect();
    }
}
