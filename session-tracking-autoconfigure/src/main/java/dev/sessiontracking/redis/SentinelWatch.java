package dev.sessiontracking.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.net.InetSocketAddress;

/**
 * Listens to the sentinels, and leaves a master as soon as one of them says that another has taken its place. In an
 * orderly failover the old one would go on taking writes for seconds, and then lose them.
 */
final class SentinelWatch {

    private static final String SWITCHED = "+switch-master";

    /** A connection that was just being made, by the word of a sentinel that did not know yet, is left as well. */
    private static final long[] LOOK_MILLIS = {0, 200, 1_000, 3_000};

    private static final int WORDS = 5;

    private final RedisConnector connector;

    SentinelWatch(RedisConnector connector) {
        this.connector = connector;
    }

    void start() {
        connector
                .url()
                .addresses()
                .forEach(sentinel -> connector.connectSentinel(sentinel).thenAccept(this::listen));
    }

    private void listen(StatefulRedisPubSubConnection<String, String> sentinel) {
        sentinel.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                if (channel.equals(SWITCHED)) {
                    switched(message.split(" "));
                }
            }
        });
        // Lettuce subscribes again by itself when it has made the connection again.
        sentinel.async().subscribe(SWITCHED);
    }

    /** The words are the master's name, its old address and port, and the new ones. */
    private void switched(String[] words) {
        if (words.length != WORDS || !words[0].equals(connector.url().masterName())) {
            return;
        }
        for (long millis : LOOK_MILLIS) {
            connector.later(() -> connector.leave(new InetSocketAddress(words[1], Integer.parseInt(words[2]))), millis);
        }
    }
}
