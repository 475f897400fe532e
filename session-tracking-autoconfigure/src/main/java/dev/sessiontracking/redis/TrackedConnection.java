package dev.sessiontracking.redis;

import dev.sessiontracking.core.CacheStatus;
import dev.sessiontracking.core.Evidence;
import dev.sessiontracking.core.NearCache;
import dev.sessiontracking.core.SessionIds;
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

    private final RedisConnector connector;

    private final RedisLink link;

    private final NearCache cache;

    private final RedisKeys keys;

    private final String probeKey;

    private final TrackingReport report;

    private final CanarySchedule schedule;

    private final AtomicBoolean proving = new AtomicBoolean();

    private final AtomicInteger looks = new AtomicInteger();

    private volatile Evidence evidence = Evidence.IGNORED;

    private volatile @Nullable Tracking tracking;

    TrackedConnection(
            RedisConnector connector, RedisLink link, NearCache cache, RedisKeys keys, TrackingReport report) {
        this.connector = connector;
        this.link = link;
        this.cache = cache;
        this.keys = keys;
        this.report = report;
        this.schedule = new CanarySchedule(System::nanoTime, Clock.systemUTC());
        this.probeKey = keys.session("~probe-" + SessionIds.generate());
    }

    void start() {
        connector.connect(failure -> {}).thenAccept(this::use);
    }

    private void use(StatefulRedisConnection<String, String> connection) {
        connection.addListener(new Changes(connection));
        connection.addListener((PushListener) this::pushed);
        begin(connection);
    }

    private synchronized void begin(StatefulRedisConnection<String, String> connection) {
        end();
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
        if (current == null || !link.isOpenForRequests()) {
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
        if (current == null || !link.isOpenForRequests() || !schedule.isTrusted(current.shown())) {
            return null;
        }
        NearCache.Moment sent = cache.now();
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        current.read(keys.session(sessionId), (value, failure) -> {
            boolean usable = answered(current, sent, failure);
            link.ended(failure);
            if (failure == null || RedisFailures.isWrongType(failure)) {
                if (usable) {
                    keep(sessionId, value);
                }
                answer.complete(value != null && !value.isEmpty());
            } else {
                answer.completeExceptionally(RedisFailures.unavailable(failure));
            }
        });
        return answer;
    }

    /** Whether the answer may be kept. Any answer proves the server; none for a while puts it in doubt. */
    private boolean answered(Tracking asked, NearCache.Moment sent, @Nullable Throwable failure) {
        if (tracking != asked || asked.isOver()) {
            return false;
        }
        if (failure != null) {
            if (!RedisFailures.isWrongType(failure)) {
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
            } else {
                failing.doubt();
            }
        }
    }
}
