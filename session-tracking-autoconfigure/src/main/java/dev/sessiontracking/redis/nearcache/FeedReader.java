// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.format.FeedEntry;
import dev.sessiontracking.spi.CachingReader.FeedState;
import dev.sessiontracking.spi.CachingReader.FeedState.Coverage;
import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import io.lettuce.core.StreamMessage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the revocation feed on the tracked connection to its master: after each connect, and after each invalidation of
 * the stream. Between them, it sends nothing. Entries that arrive while a read is under way are read together.
 * Thread-safe; does not block.
 */
final class FeedReader {

    private static final Logger log = LoggerFactory.getLogger(FeedReader.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private static final String ALL = "-";

    private final String key;

    private final Duration retention;

    private final Clock clock;

    private RevocationObserver observer = RevocationObserver.IGNORED;

    /** The connection to the master of the feed. */
    private @Nullable InvalidationEpoch epoch;

    private boolean observed;

    private boolean reading;

    private boolean again;

    private final boolean off;

    private boolean isOtherType;

    /** Until when nothing is read after a refusal, and how long the next pause is. */
    private @Nullable Instant forbiddenUntil;

    private Duration pause = FIRST_PAUSE;

    /** How many entries the next page has. */
    private int page = FeedPage.FIRST;

    /** Id of the last entry that was read. */
    private @Nullable String last;

    private long gaps;

    private @Nullable Instant lastGap;

    /** Since when there may be unread entries, or {@code null}. */
    private @Nullable Instant behindSince;

    /** @param retention how long an entry can matter, or {@code null} without a feed */
    FeedReader(String key, @Nullable Duration retention, Clock clock) {
        this.key = key;
        this.retention = retention == null ? Duration.ZERO : retention;
        this.off = retention == null;
        this.clock = clock;
        this.behindSince = clock.instant();
    }

    synchronized void observe(RevocationObserver observer) {
        this.observer = observer;
        this.observed = true;
        catchUp();
    }

    /** Called when the connection to the master of the feed has verified its invalidations. */
    synchronized void connected(InvalidationEpoch begun) {
        if (begun != epoch) {
            epoch = begun;
            reading = false;
        }
        if (behindSince != null && !reading) {
            catchUp();
        }
    }

    /** Called after an invalidation of all keys, as after FLUSHALL. */
    synchronized void flushed(InvalidationEpoch notified) {
        if (notified == epoch && reading) {
            again = true;
        } else if (notified == epoch) {
            catchUp();
        }
    }

    /** Called after an invalidation of a key. */
    synchronized void invalidated(String changed, InvalidationEpoch notified) {
        if (!changed.equals(key) || notified != epoch) {
            return;
        }
        if (reading) {
            again = true;
        } else {
            read(exclusive(last));
        }
    }

    /** Called when a connection is lost. */
    synchronized void disconnected(InvalidationEpoch ended) {
        if (ended == epoch && behindSince == null) {
            behindSince = clock.instant();
        }
    }

    /** The last entry is read once more: its absence shows that entries were lost. */
    private void catchUp() {
        boolean isPaused = forbiddenUntil != null && clock.instant().isBefore(forbiddenUntil);
        if (observed && !off && !isPaused && epoch != null && !epoch.isOver()) {
            read(last == null ? ALL : last);
        }
    }

    private void read(String from) {
        InvalidationEpoch asked = epoch;
        if (asked != null && !reading) {
            reading = true;
            again = false;
            FeedPage next = new FeedPage(from, page);
            asked.readStream(key, next, (entries, failure) -> answered(asked, next, entries, failure));
        }
    }

    private synchronized void answered(
            InvalidationEpoch asked,
            FeedPage read,
            @Nullable List<StreamMessage<String, String>> entries,
            @Nullable Throwable failure) {
        if (asked != epoch || asked.isOver()) {
            return;
        }
        reading = false;
        if (failure != null || entries == null) {
            failed(failure);
            return;
        }
        page = read.next();
        if (read.from.equals(last)
                && (entries.isEmpty() || !entries.get(0).getId().equals(last))) {
            lost();
            last = null;
            read(ALL);
            return;
        }
        isOtherType = false;
        forbiddenUntil = null;
        pause = FIRST_PAUSE;
        entries.forEach(this::announce);
        if (entries.size() == read.most || again) {
            read(exclusive(last));
        } else if (entries.isEmpty() && last != null) {
            // Entries were removed. If all were, the next one may have a lower id.
            catchUp();
        } else {
            behindSince = null;
            page = FeedPage.FIRST;
        }
    }

    private static String exclusive(@Nullable String id) {
        return id == null ? ALL : "(" + id;
    }

    private void announce(StreamMessage<String, String> message) {
        last = message.getId();
        Instant time = timeOf(message.getId());
        FeedEntry entry = message.getBody() == null ? null : FeedEntry.read(message.getBody());
        if (entry == null || !mattersAt(time)) {
            return;
        }
        if (entry.sessionId() != null) {
            observer.onAnnounced(entry.sessionId(), entry.owner(), time);
        } else if (entry.userId() != null) {
            observer.onAnnounced(entry.userId(), entry.marker());
        }
    }

    /** Another writer may choose the id. A time of the future counts as now. */
    private Instant timeOf(String id) {
        long millis = Long.parseUnsignedLong(id.substring(0, id.indexOf('-')));
        long now = clock.millis();
        return Instant.ofEpochMilli(millis < 0 || millis > now ? now : millis);
    }

    private boolean mattersAt(Instant time) {
        return time.plus(retention).isAfter(clock.instant());
    }

    /** The stream was trimmed beyond the last entry, or a failover has lost it. An expired entry is no loss. */
    private void lost() {
        if (last == null || !mattersAt(timeOf(last))) {
            return;
        }
        gaps++;
        lastGap = clock.instant();
        log.warn(
                "The revocation feed has lost entries. During an outage, this node may accept sessions that other nodes"
                        + " revoked since {}",
                timeOf(last));
    }

    private void failed(@Nullable Throwable failure) {
        if (failure != null && RedisFailures.isMissingRight(failure)) {
            if (forbiddenUntil == null) {
                log.warn(
                        "The user of session.tracking.redis-url may not read {}. During an outage, this node does not know"
                                + " the revocations of other nodes that it has not met. Grant the key pattern and the"
                                + " command that docs/running-redis.md lists",
                        key);
            }
            forbiddenUntil = clock.instant().plus(pause);
            pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        } else if (failure != null && RedisFailures.isWrongType(failure) && !isOtherType) {
            isOtherType = true;
            log.warn(
                    "The key {} is no stream, so there is no revocation feed. Rename what uses the key, or set"
                            + " session.tracking.key-prefix",
                    key);
        }
        if (behindSince == null) {
            behindSince = clock.instant();
        }
    }

    synchronized FeedState state() {
        boolean isOff = off || isOtherType || forbiddenUntil != null;
        Coverage coverage = isOff
                ? Coverage.OFF
                : behindSince != null
                        ? Coverage.BEHIND
                        : lastGap != null && mattersAt(lastGap) ? Coverage.GAP : Coverage.COMPLETE;
        return new FeedState(coverage, isOff ? null : behindSince, gaps);
    }
}
