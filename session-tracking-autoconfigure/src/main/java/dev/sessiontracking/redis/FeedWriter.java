// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis;

import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.RedisLink;
import dev.sessiontracking.redis.connection.RedisRequest;
import dev.sessiontracking.redis.format.FeedEntry;
import dev.sessiontracking.redis.format.MarkerValue;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import dev.sessiontracking.spi.StoreListener;
import io.lettuce.core.XAddArgs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the revocation feed what Redis has confirmed. Nothing waits for it, and no revocation fails because of it: an
 * entry that could not be written is kept and written later. Thread-safe.
 */
final class FeedWriter implements StoreListener {

    private static final Logger log = LoggerFactory.getLogger(FeedWriter.class);

    /** Older entries are trimmed. About 8 MB. */
    static final int MOST_ENTRIES = 100_000;

    /** A user who logs in and out all the time displaces own entries only. */
    static final int MOST_OF_ONE_USER = 100;

    private static final int MOST_USERS = 1_000;

    private static final int MOST_UNWRITTEN = 10_000;

    /** Not every failure is an outage, whose end would be reported. */
    private static final Duration RETRY = Duration.ofMillis(250);

    /** Readers whose clocks are behind do not take the expiry of an old feed for a loss. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final RedisLink link;

    private final String key;

    private final Duration lifetime;

    private final RedisKeys keys;

    private final Deque<FeedEntry> unwritten = new ArrayDeque<>();

    /** Ids of entries by their owner, the oldest first. */
    private final Map<String, Deque<String>> written = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<String>> eldest) {
            return size() > MOST_USERS;
        }
    };

    private boolean retrying;

    private boolean told;

    /** @param retention how long an entry can matter */
    FeedWriter(RedisLink link, RedisKeys keys, Duration retention) {
        this.link = link;
        this.key = keys.revocations();
        this.lifetime = retention.plus(MARGIN);
        this.keys = keys;
        link.listen(this);
    }

    void announce(FeedEntry entry) {
        XAddArgs trimming = new XAddArgs().maxlen(MOST_ENTRIES).approximateTrimming();
        link.request(commands -> commands.xadd(key, trimming, entry.fields()).thenApply(id -> {
                    // Only now, because the key may be another one's.
                    prolong(commands);
                    return id;
                }))
                .whenComplete((id, failure) -> {
                    if (failure == null) {
                        limit(entry.owner(), id);
                        retry();
                    } else {
                        keep(entry, failure);
                    }
                });
    }

    /** Rarely: it invalidates the stream, so that every node reads it once more. */
    private void prolong(RedisRequest commands) {
        commands.pttlIfPermitted(key).whenComplete((left, failure) -> {
            if (failure == null ? left < lifetime.toMillis() : RedisFailures.isMissingRight(failure)) {
                commands.pexpire(key, 2 * lifetime.toMillis());
            }
        });
    }

    private void limit(@Nullable String owner, String id) {
        String displaced = null;
        synchronized (this) {
            if (owner != null) {
                Deque<String> ids = written.computeIfAbsent(owner, any -> new ArrayDeque<>(2));
                ids.add(id);
                displaced = ids.size() > MOST_OF_ONE_USER ? ids.remove() : null;
            }
        }
        if (displaced != null) {
            String oldest = displaced;
            link.request(commands -> commands.xdel(key, oldest));
        }
    }

    private synchronized void keep(FeedEntry entry, Throwable failure) {
        if (RedisFailures.isMissingRight(failure)) {
            warn();
            return;
        }
        if (unwritten.size() == MOST_UNWRITTEN) {
            unwritten.remove();
        }
        unwritten.add(entry);
        if (!retrying) {
            retrying = true;
            link.later(RETRY, () -> {
                synchronized (this) {
                    retrying = false;
                }
                retry();
            });
        }
    }

    private void warn() {
        if (!told) {
            told = true;
            log.warn(
                    "The user of session.tracking.redis-url may not write {}. During an outage, other nodes do not know"
                            + " revocations of sessions that they have not met. Grant the key pattern and the commands"
                            + " that docs/running-redis.md lists",
                    key);
        }
    }

    /** One at a time, so that a server that takes no writes is not flooded. */
    private void retry() {
        FeedEntry oldest;
        synchronized (this) {
            oldest = unwritten.poll();
        }
        if (oldest != null && oldest.userId() != null) {
            announceMarker(oldest, oldest.userId());
        } else if (oldest != null) {
            announce(oldest);
        }
    }

    /** The marker may have changed, and the change may have been announced. */
    private void announceMarker(FeedEntry earlier, String userId) {
        link.request(commands -> commands.getIfPermitted(keys.userState(userId)))
                .whenComplete((value, failure) -> {
                    NotBefore marker = MarkerValue.parse(value);
                    if (failure != null && !RedisFailures.isWrongType(failure)) {
                        keep(earlier, failure);
                    } else if (marker.exists() || marker.equals(NotBefore.CLEARED)) {
                        announce(FeedEntry.ofMarker(userId, marker));
                    } else {
                        retry();
                    }
                });
    }

    /** How many confirmed revocations could not be announced so far. */
    synchronized int unwritten() {
        return unwritten.size();
    }

    /** Revocations during the outage were pending, and are announced when they are applied. */
    @Override
    public void available() {
        retry();
    }
}
