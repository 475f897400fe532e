// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.SessionStatus;
import dev.sessiontracking.redis.connection.MissingPermissions;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.Shard;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.CachingReader.RevocationObserver;
import dev.sessiontracking.spi.NotBefore;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A separate connection with CLIENT TRACKING in its default mode: Redis remembers the keys that were read on it, and
 * sends an invalidation when one changes. It is used only for single reads, so that an invalidation never waits behind
 * a long reply. This class starts and ends each {@link InvalidationEpoch}. {@link CachingReads} sends the reads, {@link
 * Invalidations} handles the invalidations.
 *
 * <p>Only traffic renews the trust in the cache: a read renews the lease after half of {@code max-staleness}, and a
 * canary verifies the invalidations every few seconds. A node without requests sends nothing.
 */
final class InvalidationConnection implements RedisConnectionStateListener {

    private final NearCache cache;

    private final RedisKeys keys;

    private final NearCacheStatusLog status;

    private final FeedReader feed;

    private final NearCaches.Surroundings surroundings;

    private final CachingReads reads;

    private final Invalidations pushes;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    private volatile @Nullable InvalidationEpoch tracking;

    private volatile boolean closed;

    /** @param shard the master of this connection */
    InvalidationConnection(
            Shard shard,
            NearCache cache,
            RedisKeys keys,
            NearCacheStatusLog status,
            NearCaches.Surroundings surroundings,
            FeedReader feed) {
        this.cache = cache;
        this.keys = keys;
        this.feed = feed;
        this.status = status;
        this.surroundings = surroundings;
        this.reads = new CachingReads(shard, cache, keys, surroundings);
        this.pushes = new Invalidations(cache, keys, reads, () -> tracking, feed);
    }

    synchronized void use(StatefulRedisConnection<String, String> made) {
        if (closed) {
            made.closeAsync();
            return;
        }
        connection = made;
        made.addListener((RedisConnectionStateListener) this);
        made.addListener(pushes);
        begin();
    }

    /** Called when the master serves other keys than before. */
    synchronized void resharded() {
        if (tracking != null) {
            begin();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Called when the server is no longer a master. */
    synchronized void close() {
        closed = true;
        end();
        StatefulRedisConnection<String, String> current = connection;
        if (current != null) {
            current.closeAsync();
        }
    }

    private synchronized void begin() {
        end();
        StatefulRedisConnection<String, String> current = connection;
        if (closed || current == null) {
            return;
        }
        InvalidationEpoch begun =
                new InvalidationEpoch(current, cache, surroundings.probeKey().get(), this::probed);
        tracking = begun;
        begun.probe();
    }

    private synchronized void end() {
        InvalidationEpoch ended = tracking;
        tracking = null;
        if (ended != null) {
            ended.end();
            feed.disconnected(ended);
        }
        cache.clear();
    }

    NearCache cache() {
        return cache;
    }

    /** Called for every check. */
    SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff) {
        return checked(cutoff == null ? SessionStatus.UNKNOWN : cache.lookup(sessionId, cutoff));
    }

    /** As {@link #lookup(String, NotBefore)}, for a session that may not be recorded yet. */
    SessionStatus lookup(String sessionId, @Nullable NotBefore cutoff, @Nullable Instant authenticatedAt) {
        return checked(cutoff == null ? SessionStatus.UNKNOWN : cache.lookup(sessionId, cutoff, authenticatedAt));
    }

    private SessionStatus checked(SessionStatus status) {
        if (status == SessionStatus.UNKNOWN || cache.isLeaseAging()) {
            checking();
        }
        return status;
    }

    private void checking() {
        InvalidationEpoch current = tracking;
        if (current != null) {
            reads.checking(current);
        }
    }

    @Nullable
    CompletionStage<Boolean> read(String sessionId) {
        InvalidationEpoch current = tracking;
        return current == null ? null : reads.read(current, sessionId);
    }

    @Nullable
    NotBefore lookupMarker(String key) {
        checking();
        return cache.lookupMarker(key);
    }

    @Nullable
    CompletionStage<@Nullable NotBefore> readMarker(String key) {
        InvalidationEpoch current = tracking;
        return current == null ? null : reads.readMarker(current, key);
    }

    void observe(RevocationObserver listener) {
        pushes.tell(listener);
    }

    /** Lettuce reconnects by itself. Redis has forgotten the keys of the old connection. */
    @Override
    public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
        begin();
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
        end();
    }

    /** Handles the result of a canary. */
    private synchronized void probed(InvalidationEpoch probed, @Nullable Throwable failure) {
        if (probed != tracking) {
            return;
        }
        if (failure != null) {
            failed(probed, failure);
        } else if (probed.works()) {
            status.on();
            if (surroundings.serves().test(keys.revocations())) {
                feed.connected(probed);
            }
        } else if (probed.hasWorked()) {
            // Redis sent invalidations before. A proxy in between has opened a new connection to it.
            begin();
        } else {
            status.off("Redis sends no invalidations");
            end();
        }
    }

    private void failed(InvalidationEpoch failing, Throwable failure) {
        // An ERR reply to a supported command is temporary. A managed server sends it if a quota is exhausted.
        if (failing.hasAgreed() ? MissingPermissions.isDenied(failure) : RedisFailures.isRefusal(failure)) {
            status.off(RedisFailures.inWords(failure));
            end();
        } else if (RedisFailures.isMoved(failure)) {
            reads.moved(failing);
        } else {
            failing.doubt();
        }
    }
}
