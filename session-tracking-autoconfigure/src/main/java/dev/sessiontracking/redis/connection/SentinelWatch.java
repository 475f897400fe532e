// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscribes to the failover messages of the sentinels, and closes the connections to the old master when one arrives.
 * Otherwise, in a planned failover, the old master would accept writes for seconds and then lose them.
 */
final class SentinelWatch {

    private static final Logger log = LoggerFactory.getLogger(SentinelWatch.class);

    private static final String SWITCHED = "+switch-master";

    /**
     * Also closes a connection that is being made now: the sentinel that was asked may not have known the new master.
     */
    private static final long[] LOOK_MILLIS = {0, 200, 1_000, 3_000};

    private static final int WORDS = 5;

    private static final long RETRY_MILLIS = 100;

    private final RedisConnector connector;

    /** Sentinels already reported as not publishing failovers. */
    private final Set<RedisAddress> mute = ConcurrentHashMap.newKeySet();

    SentinelWatch(RedisConnector connector) {
        this.connector = connector;
    }

    void start() {
        connector.url().addresses().forEach(this::watch);
    }

    private void watch(RedisAddress sentinel) {
        connector
                .connectSentinel(sentinel, failure -> refused(sentinel, failure))
                .thenAccept(made -> new News(sentinel, made).listen());
    }

    /** Logs once per sentinel. Other sentinels may still work, so nobody would notice the problem before a failover. */
    private void refused(RedisAddress sentinel, Throwable failure) {
        if (RefusedLogins.isRefused(failure) && mute.add(sentinel)) {
            log.warn(
                    "Sentinel {} rejected the login. It is not used to find the master or to detect failovers."
                            + " Check session.tracking.sentinel.username and"
                            + " session.tracking.sentinel.password",
                    sentinel);
        }
    }

    /** The message contains the name of the master, its old address and port, and the new ones. */
    private void switched(String[] words) {
        if (words.length != WORDS || !words[0].equals(connector.url().masterName())) {
            return;
        }
        for (long millis : LOOK_MILLIS) {
            connector.later(() -> connector.leave(new InetSocketAddress(words[1], Integer.parseInt(words[2]))), millis);
        }
    }

    /**
     * The subscription to one sentinel. This class reconnects, and not Lettuce, because Lettuce would not report a
     * changed password.
     */
    private final class News extends RedisPubSubAdapter<String, String> implements RedisConnectionStateListener {

        private final RedisAddress sentinel;

        private final StatefulRedisPubSubConnection<String, String> connection;

        private final AtomicBoolean over = new AtomicBoolean();

        News(RedisAddress sentinel, StatefulRedisPubSubConnection<String, String> connection) {
            this.sentinel = sentinel;
            this.connection = connection;
        }

        void listen() {
            connection.addListener((RedisPubSubListener<String, String>) this);
            connection.addListener((RedisConnectionStateListener) this);
            connection.async().subscribe(SWITCHED).whenComplete((nothing, failure) -> {
                if (failure == null) {
                    mute.remove(sentinel);
                } else if (RedisFailures.isRefusal(failure)) {
                    withheld();
                } else {
                    listenAnew();
                }
            });
        }

        private void withheld() {
            if (mute.add(sentinel)) {
                log.warn(
                        "Sentinel {} does not allow subscriptions to failover messages. Planned failovers will"
                                + " be detected a few seconds late. Grant session.tracking.sentinel.username the"
                                + " permissions +subscribe and &{}",
                        sentinel,
                        SWITCHED);
            }
        }

        @Override
        public void message(String channel, String message) {
            if (channel.equals(SWITCHED)) {
                switched(message.split(" "));
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            listenAnew();
        }

        private void listenAnew() {
            if (over.compareAndSet(false, true)) {
                connection.closeAsync();
                connector.later(() -> watch(sentinel), RETRY_MILLIS);
            }
        }
    }
}
