package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.CachingReader.RevocationObserver;
import dev.sessiontracking.core.cache.NearCache;
import dev.sessiontracking.redis.format.RedisKeys;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one master pushes: takes answers back, and looks what has become of sessions that were live or are remembered as
 * revoked. That is the evidence of a revocation that was made elsewhere. Called on the connection's event loop.
 */
final class Invalidations implements PushListener {

    /** A mass revocation elsewhere must not become a mass of questions. */
    private static final int MOST_LOOKS = 1_000;

    private final NearCache cache;

    private final RedisKeys keys;

    private final CachingReads reads;

    private final Supplier<@Nullable InvalidationEpoch> tracking;

    private final AtomicInteger looks = new AtomicInteger();

    private volatile RevocationObserver evidence = RevocationObserver.IGNORED;

    /** @param tracking the present one, or {@code null} while nothing pushed can be meant for the cache */
    Invalidations(NearCache cache, RedisKeys keys, CachingReads reads, Supplier<@Nullable InvalidationEpoch> tracking) {
        this.cache = cache;
        this.keys = keys;
        this.reads = reads;
        this.tracking = tracking;
    }

    void tell(RevocationObserver listener) {
        evidence = listener;
    }

    /** Must not throw: Lettuce would drop the messages behind this one. */
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

    /** No list of keys means all keys, as after FLUSHALL. */
    private void invalidated(@Nullable Object changed) {
        InvalidationEpoch current = tracking.get();
        if (!(changed instanceof List<?> changedKeys)) {
            cache.clear();
            if (current != null) {
                current.allPushed();
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
            }
        }
    }

    /** Renewed, or revoked elsewhere? What matters is what is there now. */
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
