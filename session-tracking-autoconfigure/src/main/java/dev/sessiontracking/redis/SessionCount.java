// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.SessionCutoff.Affected;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.RedisKeys;
import io.lettuce.core.ScanCursor;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Counts the sessions that began until a time. Reads a bounded number of keys, so of many sessions this is an estimate. */
final class SessionCount {

    private static final int MOST_PAGES = 20;

    private final RedisRequest commands;

    private final RedisKeys keys;

    private final Instant until;

    private long seen;

    private long found;

    SessionCount(RedisRequest commands, RedisKeys keys, Instant until) {
        this.commands = commands;
        this.keys = keys;
        this.until = until;
    }

    CompletionStage<Affected> run() {
        return commands.keyCount().thenCompose(all -> page(all, ScanCursor.INITIAL, 1));
    }

    /** Pages are random samples: SCAN goes by the hashes of the keys. */
    private CompletionStage<Affected> page(long all, ScanCursor from, int number) {
        return commands.scan(from).thenCompose(page -> {
            List<String> ids = page.getKeys().stream()
                    .map(keys::sessionIdOf)
                    .filter(Objects::nonNull)
                    .toList();
            seen += page.getKeys().size();
            return SessionValues.read(commands, keys, ids).thenCompose(values -> {
                found += values.stream()
                        .filter(value -> value.session()
                                .map(session -> !session.createdAt().isAfter(until))
                                .orElse(true))
                        .count();
                if (page.isFinished()) {
                    return CompletableFuture.completedFuture(new Affected(found, true));
                }
                return number < MOST_PAGES
                        ? page(all, page, number + 1)
                        : CompletableFuture.completedFuture(
                                new Affected(seen == 0 ? 0 : Math.round((double) found * all / seen), false));
            });
        });
    }
}
