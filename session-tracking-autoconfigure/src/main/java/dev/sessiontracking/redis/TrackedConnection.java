package dev.sessiontracking.redis;

import dev.sessiontracking.core.CacheStatus;
import dev.sessiontracking.core.Evidence;
import dev.sessiontracking.core.NearCache;
import dev.sessiontracking.core.TrackedReader;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import java.net.SocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A connection of its own on which the server remembers what was read and pushes what has changed (CLIENT TRACKING in
 * its default mode). It carries single reads only, so that a push never waits behind a long reply.
 *
 * <p>What keeps the cache true is renewed by traffic alone: a read as the proof of reachability every half of the
 * staleness bound, and a canary as the proof of pushing every few seconds. A node without requests sends nothing.
 */
final class TrackedConnection implements TrackedReader {

    /** A mass revocation elsewhere must not become a mass of questions. */
    private static final int MOST_LOOKS = 1_000;

    private final Shard shard;

    private final NearCache cache;

    private final RedisKeys keys;

    private final TrackingReport report;

    private final Surroundings surroundings;

    private final CanarySchedule schedule;

    private final AtomicBoolean proving = new AtomicBoolean();

    private final AtomicInteger looks = new AtomicInteger();

    private volatile Evidence evidence = Evidence.IGNORED;

    private volatile String probeKey;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    private volatile @Nullable Tracking tracking;

    private volatile boolean closed;

    /** @param shard the master that it leads to */
    TrackedConnection(Shard shard, NearCache cache, RedisKeys keys, TrackingReport report, Surroundings surroundings) {
        this.shard = shard;
        this.cache = cache;
        this.keys = keys;
        this.report = report;
        this.surroundings = surroundings;
        this.schedule = new CanarySchedule(System::nanoTime, Clock.systemUTC());
        this.probeKey = surroundings.probeKey();
    }

    synchronized void use(StatefulRedisConnection<String, String> made) {
        if (closed) {
            made.closeAsync();
            return;
        }
        connection = made;
        made.addListener(new Changes(made));
        made.addListener((PushListener) this::pushed);
        begin(made);
    }

    /** The master serves other keys than before. */
    synchronized void resharded() {
        probeKey = surroundings.probeKey();
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
        Tracking begun = new Tracking(connection, cache, probeKey, new Verdicts(connection));
        tracking = begun;
        begun.probe();
    }

    private synchronized void end() {
        Tracking ended = tracking;
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
    public CacheStatus status() {
        return report.status();
    }

    @Override
    public void checking(String sessionId) {
        Tracking current = tracking;
        if (current == null || !shard.isOpenForRequests()) {
            return;
        }
        NearCache.Moment shown = current.shown();
        if (schedule.isDue(shown)) {
            current.probe();
        } else if (cache.isProofAging() && cache.isProven() && schedule.isTrusted(shown)) {
            prove(current);
        }
    }

    /** Renews the proof before it is too old, so that no request of a steady stream has to wait for it. */
    private void prove(Tracking current) {
        if (proving.compareAndSet(false, true)) {
            NearCache.Moment sent = cache.now();
            current.read(probeKey, (value, failure) -> {
                proving.set(false);
                answered(current, sent, failure);
            });
        }
    }

    @Override
    public @Nullable CompletionStage<Boolean> read(String sessionId) {
        Tracking current = tracking;
        if (current == null || !shard.isOpenForRequests() || !schedule.isTrusted(current.shown())) {
            return null;
        }
        String key = keys.session(sessionId);
        NearCache.Moment sent = cache.now();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        current.read(key, (value, failure) -> {
            boolean usable = answered(current, sent, failure);
            shard.ended(key, failure);
            if (failure == null || RedisFailures.isWrongType(failure)) {
                if (usable) {
                    keep(sessionId, value);
                }
                answer.complete(value != null && !value.isEmpty());
            } else if (RedisFailures.isRedirection(failure)) {
                askElsewhere(sessionId, answer);
            } else {
                answer.completeExceptionally(RedisFailures.unavailable(failure));
            }
        });
        return answer;
    }

    /** Another master has this session, or is about to. What it answers is not kept: it would not push to us. */
    private void askElsewhere(String sessionId, CompletableFuture<Boolean> answer) {
        surroundings.askElsewhere(sessionId).whenComplete((live, failure) -> {
            if (failure == null) {
                answer.complete(live);
            } else {
                answer.completeExceptionally(RedisFailures.unavailable(failure));
            }
        });
    }

    /** Whether the answer may be kept. Any answer proves the server; none for a while puts it in doubt. */
    private boolean answered(Tracking asked, NearCache.Moment sent, @Nullable Throwable failure) {
        if (tracking != asked || asked.isOver()) {
            return false;
        }
        if (failure != null) {
            if (RedisFailures.isMoved(failure)) {
                moved(asked);
            } else if (!RedisFailures.isWrongType(failure) && !RedisFailures.isRedirection(failure)) {
                asked.doubt();
            }
            return false;
        }
        if (asked.shown() == null) {
            return false;
        }
        cache.proven(sent);
        return true;
    }

    /** It lacks some of the keys that it had: what changes in those is not pushed here any more. */
    private void moved(Tracking asked) {
        asked.doubt();
        cache.clear();
        surroundings.moved();
    }

    /** Must not throw: whoever asked would wait for ever. */
    private void keep(String sessionId, @Nullable String value) {
        try {
            if (value == null) {
                cache.putAbsent(sessionId);
            } else {
                SessionJson.read(sessionId, value)
                        .ifPresent(session ->
                                cache.putLive(sessionId, session.expiresAt().toEpochMilli()));
            }
        } catch (RuntimeException broken) {
            // What somebody has broken by hand has no expiry to go by, and is asked for each time.
            cache.invalidate(sessionId);
        }
    }

    /** Must not throw: Lettuce would drop the messages behind this one. */
    private void pushed(PushMessage message) {
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
        if (!(changed instanceof List<?> changedKeys)) {
            cache.clear();
            return;
        }
        for (Object key : changedKeys) {
            if (probeKey.equals(key)) {
                Tracking current = tracking;
                if (current != null) {
                    current.probePushed();
                }
            } else {
                String sessionId = keys.sessionIdOf(String.valueOf(key));
                if (sessionId != null) {
                    changed(sessionId);
                }
            }
        }
    }

    /** Renewed, or revoked elsewhere? What matters is what is there now. */
    private void changed(String sessionId) {
        boolean wasLive = cache.invalidate(sessionId);
        Tracking current = tracking;
        if (current == null || current.shown() == null || !(wasLive || evidence.isRevoked(sessionId))) {
            return;
        }
        if (looks.incrementAndGet() > MOST_LOOKS) {
            looks.decrementAndGet();
            return;
        }
        NearCache.Moment sent = cache.now();
        current.read(keys.session(sessionId), (value, failure) -> {
            looks.decrementAndGet();
            if (answered(current, sent, failure)) {
                keep(sessionId, value);
                if (value == null && wasLive) {
                    evidence.seenRevoked(sessionId);
                } else if (value != null && evidence.isRevoked(sessionId)) {
                    evidence.seenAlive(sessionId);
                }
            }
        });
    }

    @Override
    public void tell(Evidence listener) {
        evidence = listener;
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
    private final class Verdicts implements Tracking.Outcome {

        private final StatefulRedisConnection<String, String> connection;

        private boolean everShown;

        Verdicts(StatefulRedisConnection<String, String> connection) {
            this.connection = connection;
        }

        @Override
        public void shown(Tracking shown) {
            everShown = true;
            report.on();
        }

        @Override
        public void silent(Tracking silent) {
            if (everShown) {
                // It pushed before: something between us and the server has made a new connection to it.
                begin(connection);
            } else {
                report.off("the server does not push");
                end();
            }
        }

        @Override
        public void failed(Tracking failing, Throwable failure) {
            if (RedisFailures.isRefusal(failure)) {
                report.off(RedisFailures.inWords(failure));
                end();
            } else if (RedisFailures.isMoved(failure)) {
                moved(failing);
            } else {
                failing.doubt();
            }
        }
    }

    /** What the connection needs to know of the servers around its own. */
    interface Surroundings {

        /** A new key that nobody uses, and that the connection's own server serves. */
        String probeKey();

        /** Asks in the ordinary way whether there is such a session. */
        CompletionStage<Boolean> askElsewhere(String sessionId);

        /** A key was found to be served by another server. */
        void moved();
    }
}
