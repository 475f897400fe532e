// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.spi.StoreListener;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that Redis has lost its data in an outage: none of the last sessions that this node wrote exists. This logs
 * out all users, so the cause is logged. Thread-safe; remembers only a few sessions.
 */
final class DataLossWatch implements StoreListener {

    private static final Logger log = LoggerFactory.getLogger(DataLossWatch.class);

    private static final int MOST_REMEMBERED = 16;

    /** One or two sessions may have been revoked elsewhere at the same time. */
    private static final int FEWEST_TO_TELL = 3;

    private final Function<String, CompletionStage<Boolean>> exists;

    private final Clock clock;

    private final Map<String, Instant> written = new LinkedHashMap<>(MOST_REMEMBERED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** @param exists checks whether a session exists */
    DataLossWatch(Function<String, CompletionStage<Boolean>> exists, Clock clock) {
        this.exists = exists;
        this.clock = clock;
    }

    synchronized void wrote(String sessionId, Instant expiresAt) {
        written.put(sessionId, expiresAt);
    }

    synchronized void removed(String sessionId) {
        written.remove(sessionId);
    }

    @Override
    public void available() {
        List<String> expected = expected();
        if (expected.size() < FEWEST_TO_TELL) {
            return;
        }
        RedisRequest.all(expected.stream().map(exists)).thenAccept(answers -> {
            if (!answers.contains(true)) {
                expected.forEach(this::removed);
                log.error(
                        "Redis HAS LOST ITS DATA: none of the last {} sessions that this node wrote exists. Unless exactly these sessions were revoked on other nodes, all"
                                + " users are logged out and must log in again. To keep sessions across a restart, set"
                                + " appendonly yes in Redis",
                        expected.size());
            }
        });
    }

    @Override
    public void partReplaced() {
        available();
    }

    private synchronized List<String> expected() {
        Instant now = clock.instant();
        return written.entrySet().stream()
                .filter(session -> session.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }
}
