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
 * A connection of its own on which the server remembers what was read and pushes what has changed (CLIENT TRACKING in
 * its default mode). It carries single reads only, so that a push never waits behind a long reply. This class makes its
 * times of {@link InvalidationEpoch} begin and end; {@link CachingReads} is what goes out, {@link Invalidations} what comes in.
 *
 * <p>What keeps the cache true is renewed by traffic alone: a read as the proof of reachability every half of the
 * staleness bound, and a canary as the proof of pushing every few seconds. A node without requests sends nothing.
 */
public final class InvalidationConnection implements CachingReader {

    private final NearCache cache;

    private final RedisKeys keys;

    private final NearCacheStatusLog report;

    private final CachingReads.Collaborators surroundings;

    private final CachingReads reads;

    private final Invalidations pushes;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    private volatile @Nullable InvalidationEpoch tracking;

    private volatile boolean closed;

    /** @param shard the master that it leads to */
    InvalidationConnection(
            Shard shard,
            NearCache cache,
            RedisKeys keys,
            NearCacheStatusLog report,
            CachingReads.Collaborators surroundings) {
        this.cache = cache;
        this.keys = keys;
        this.report = report;
        this.surroundings = surroundings;
        this.reads = new CachingReads(shard, cache, keys, surroundings);
        this.pushes = new Invalidations(cache, keys, reads, () -> tracking);
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

    /** The master serves other keys than before. */
    synchronized void resharded() {
        StatefulRedisConnection<String, String> current = connection;
        if (current != null && tracking != null) {
            begin(current);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** The master has gone, or is none any more. */
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

    @Override
    public void observe(RevocationObserver listener) {
        pushes.tell(listener);
    }

    /** Lettuce makes the connection again by itself; what the server remembered of the old one is gone. */
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

    /** What follows from a canary. */
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
        }

        @Override
        public void silent(InvalidationEpoch silent) {
            synchronized (InvalidationConnection.this) {
                if (silent != tracking) {
                    return;
                }
                if (everShown) {
                    // It pushed before: something between us and the server has made a new connection to it.
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

        /** An ERR to what the server usually does is of the moment: a managed one says so when a quota is used up. */
        private boolean isRefused(InvalidationEpoch failing, Throwable failure) {
            return failing.hasAgreed() ? MissingPermissions.isDenied(failure) : RedisFailures.isRefusal(failure);
        }
    }
}
