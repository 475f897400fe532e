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
record SessionCount(RedisRequest commands, RedisKeys keys, Instant until) {

    private static final int MOST_PAGES = 20;

    CompletionStage<Affected> run() {
        return commands.keyCount().thenCompose(all -> page(all, ScanCursor.INITIAL, 1, 0, 0));
    }

    /** Pages are random samples: SCAN goes by the hashes of the keys. */
    private CompletionStage<Affected> page(long all, ScanCursor from, int number, long seenBefore, long foundBefore) {
        return commands.scan(from).thenCompose(page -> {
            List<String> ids = page.getKeys().stream()
                    .map(keys::sessionIdOf)
                    .filter(Objects::nonNull)
                    .toList();
            long seen = seenBefore + page.getKeys().size();
            return SessionValues.read(commands, keys, ids).thenCompose(values -> {
                long found =
                        foundBefore + values.stream().filter(this::isCounted).count();
                if (!page.isFinished() && number < MOST_PAGES) {
                    return page(all, page, number + 1, seen, found);
                }
                long estimate = seen == 0 ? 0 : Math.round((double) found * all / seen);
                return CompletableFuture.completedFuture(
                        new Affected(page.isFinished() ? found : estimate, page.isFinished()));
            });
        });
    }

    private boolean isCounted(SessionValues.Value value) {
        return value.session()
                .map(session -> !session.createdAt().isAfter(until))
                .orElse(true);
    }
}
