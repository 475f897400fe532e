// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Handles the invalidations of one master: removes cached answers, and reads sessions again that were live or are on
 * the denylist. So this node detects revocations by other nodes. Called on the event loop of the connection.
 */
final class Invalidations implements PushListener {

    /** Limits the reads after a mass revocation by another node. */
    private static final int MOST_LOOKS = 1_000;

    private final NearCache cache;

    private final RedisKeys keys;

    private final CachingReads reads;

    private final Supplier<@Nullable InvalidationEpoch> tracking;

    private final FeedReader feed;

    private final AtomicInteger looks = new AtomicInteger();

    private volatile RevocationObserver evidence = RevocationObserver.IGNORED;

    /** @param tracking the current epoch, or {@code null} while no invalidation can concern the cache */
    Invalidations(
            NearCache cache,
            RedisKeys keys,
            CachingReads reads,
            Supplier<@Nullable InvalidationEpoch> tracking,
            FeedReader feed) {
        this.cache = cache;
        this.keys = keys;
        this.reads = reads;
        this.tracking = tracking;
        this.feed = feed;
    }

    void tell(RevocationObserver listener) {
        evidence = listener;
    }

    /** Must not throw, because Lettuce would drop the messages behind this one. */
    @Override
    public void onPushMessage(PushMessage message) {
        try {
            if (message.getType().equals("invalidate")) {
                List<Object> content = message.getContent(StringCodec.UTF8::decodeKey);
                invalidated(content.size() > 1 ? content.get(1) : null);
            }
        } catch (RuntimeException unexpected) {
            cache.clear();
        }
    }

    /** An invalidation without keys means all keys, as after FLUSHALL. */
    private void invalidated(@Nullable Object changed) {
        InvalidationEpoch current = tracking.get();
        if (!(changed instanceof List<?> changedKeys)) {
            cache.clear();
            if (current != null) {
                current.allPushed();
                feed.flushed(current);
            }
            return;
        }
        for (Object changedKey : changedKeys) {
            String key = String.valueOf(changedKey);
            String sessionId = keys.sessionIdOf(key);
            boolean canary = current != null && current.takeAsCanary(key);
            if (!canary && sessionId != null) {
                changed(sessionId, current);
            } else {
                cache.invalidateMarker(key);
                if (current != null) {
                    feed.invalidated(key, current);
                }
            }
        }
    }

    /** The session was renewed or revoked elsewhere. A read shows which. */
    private void changed(String sessionId, @Nullable InvalidationEpoch current) {
        boolean wasLive = cache.invalidate(sessionId);
        if (current == null || current.shown() == null || !(wasLive || evidence.isRevoked(sessionId))) {
            return;
        }
        if (looks.incrementAndGet() > MOST_LOOKS) {
            looks.decrementAndGet();
            return;
        }
        reads.readAgain(current, sessionId, value -> found(sessionId, value, wasLive), looks::decrementAndGet);
    }

    private void found(String sessionId, @Nullable String value, boolean wasLive) {
        if (value == null && wasLive) {
            evidence.onRevokedElsewhere(sessionId);
        } else if (value != null && evidence.isRevoked(sessionId)) {
            evidence.onResurrected(sessionId);
        }
    }
}
