// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.CachingReader;
import dev.sessiontracking.core.cache.CachingReader.RevocationObserver;
import dev.sessiontracking.core.cache.NearCache;
import dev.sessiontracking.core.cache.NearCache.Status;
import dev.sessiontracking.redis.connection.MissingPermissions;
import dev.sessiontracking.redis.connection.RedisFailures;
import dev.sessiontracking.redis.connection.Shard;
import dev.sessiontracking.redis.format.RedisKeys;
import dev.sessiontracking.spi.NotBefore;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.SocketAddress;
import java.util.List;
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
public final class InvalidationConnection implements CachingReader {

    private final NearCache cache;

    private final RedisKeys keys;

    private final NearCacheStatusLog report;

    private final CachingReads.Collaborators surroundings;

    private final CachingReads reads;

    private final Invalidations pushes;

    private final FeedReader feed;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    private volatile @Nullable InvalidationEpoch tracking;

    private volatile boolean closed;

    /** @param shard the master of this connection */
    InvalidationConnection(
            Shard shard,
            NearCache cache,
            RedisKeys keys,
            NearCacheStatusLog report,
            CachingReads.Collaborators surroundings,
            FeedReader feed) {
        this.cache = cache;
        this.keys = keys;
        this.report = report;
        this.surroundings = surroundings;
        this.feed = feed;
        this.reads = new CachingReads(shard, cache, keys, surroundings);
        this.pushes = new Invalidations(cache, keys, reads, () -> tracking, feed);
    }

    synchronized void use(StatefulRedisConnection<String, String> made) {
        if (closed) {
            made.closeAsync();
            return;
        }
        connection = made;
        made.addListener(new Changes(made));
        made.addListener(pushes);
        begin(made);
    }

    /** Called when the master serves other keys than before. */
    synchronized void resharded() {
        StatefulRedisConnection<String, String> current = connection;
        if (current != null && tracking != null) {
            begin(current);
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

    private synchronized void begin(StatefulRedisConnection<String, String> connection) {
        end();
        if (closed) {
            return;
        }
        InvalidationEpoch begun =
                new InvalidationEpoch(connection, cache, surroundings.probeKey(), new Verdicts(connection));
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

    @Override
    public NearCache cacheOf(String sessionId) {
        return cache;
    }

    @Override
    public List<NearCache> caches() {
        return List.of(cache);
    }

    @Override
    public Status status() {
        return report.status();
    }

    @Override
    public void checking(String sessionId) {
        InvalidationEpoch current = tracking;
        if (current != null) {
            reads.checking(current);
        }
    }

    @Override
    public @Nullable CompletionStage<Boolean> read(String sessionId) {
        InvalidationEpoch current = tracking;
        return current == null ? null : reads.read(current, sessionId);
    }

    @Override
    public @Nullable NotBefore cachedNotBefore(String userId) {
        checking(userId);
        return cache.lookupMarker(keys.userState(userId));
    }

    @Override
    public @Nullable CompletionStage<@Nullable NotBefore> readNotBefore(String userId) {
        InvalidationEpoch current = tracking;
        return current == null ? null : reads.readMarker(current, keys.userState(userId));
    }

    @Override
    public void forgetNotBefore(String userId) {
        cache.invalidateMarker(keys.userState(userId));
    }

    void tell(RevocationObserver listener) {
        pushes.tell(listener);
    }

    @Override
    public void observe(RevocationObserver listener) {
        tell(listener);
        feed.observe(listener);
    }

    @Override
    public FeedState feed() {
        return feed.state();
    }

    /** Lettuce reconnects by itself. Redis has forgotten the keys of the old connection. */
    private final class Changes implements RedisConnectionStateListener {

        private final StatefulRedisConnection<String, String> connection;

        Changes(StatefulRedisConnection<String, String> connection) {
            this.connection = connection;
        }

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
            begin(connection);
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            end();
        }
    }

    /** Handles the result of a canary. */
    private final class Verdicts implements InvalidationEpoch.Outcome {

        private final StatefulRedisConnection<String, String> connection;

        private boolean everShown;

        Verdicts(StatefulRedisConnection<String, String> connection) {
            this.connection = connection;
        }

        @Override
        public void shown() {
            everShown = true;
            report.on();
            InvalidationEpoch current = tracking;
            if (current != null && surroundings.serves(keys.revocations())) {
                feed.connected(current);
            }
        }

        @Override
        public void silent(InvalidationEpoch silent) {
            synchronized (InvalidationConnection.this) {
                if (silent != tracking) {
                    return;
                }
                if (everShown) {
                    // Redis sent invalidations before. A proxy in between has opened a new connection to it.
                    begin(connection);
                } else {
                    report.off("Redis sends no invalidations");
                    end();
                }
            }
        }

        @Override
        public void failed(InvalidationEpoch failing, Throwable failure) {
            synchronized (InvalidationConnection.this) {
                if (failing != tracking) {
                    return;
                }
                if (isRefused(failing, failure)) {
                    report.off(RedisFailures.inWords(failure));
                    end();
                } else if (RedisFailures.isMoved(failure)) {
                    reads.moved(failing);
                } else {
                    failing.doubt();
                }
            }
        }

        /** An ERR reply to a supported command is temporary. A managed server sends it if a quota is exhausted. */
        private boolean isRefused(InvalidationEpoch failing, Throwable failure) {
            return failing.hasAgreed() ? MissingPermissions.isDenied(failure) : RedisFailures.isRefusal(failure);
        }
    }
}
