package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.net.SocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection for commands. Each change of it is one log line. Thread-safe. */
final class RedisLink {

    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

    private final RedisConnector connector;

    private final AtomicBoolean absenceTold = new AtomicBoolean();

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    RedisLink(RedisConnector connector) {
        this.connector = connector;
    }

    /** Waits for the first attempt, so that a server that is there is used from the first request on; not longer. */
    void start() {
        Future<?> made = connector
                .connect(failure -> tellAbsence(RedisFailures.inWords(failure)))
                .thenAccept(this::use);
        try {
            made.get(connector.patienceMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException stillConnecting) {
            tellAbsence("no answer yet");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void use(StatefulRedisConnection<String, String> made) {
        made.addListener(new ChangeLog());
        connection = made;
        log.info("Session tracking is on: sessions are in {}", connector.url());
    }

    private void tellAbsence(String reason) {
        if (absenceTold.compareAndSet(false, true)) {
            log.warn(
                    "Redis not available at {} ({}): session tracking is suspended and the outage policy applies; it"
                            + " begins as soon as the server answers",
                    connector.url(),
                    reason);
        }
    }

    /** @throws SessionStoreUnavailableException when there has been no connection yet */
    RedisClusterAsyncCommands<String, String> commands() {
        StatefulRedisConnection<String, String> current = connection;
        if (current == null) {
            throw new SessionStoreUnavailableException("Redis gave no answer: not connected yet", null);
        }
        return current.async();
    }

    /** One line when the server goes, one when it is back. */
    private final class ChangeLog implements RedisConnectionStateListener {

        private final AtomicBoolean gone = new AtomicBoolean();

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
            if (gone.compareAndSet(true, false)) {
                log.info("Redis is back at {}: session tracking goes on", connector.url());
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            if (!connector.isClosed() && gone.compareAndSet(false, true)) {
                log.warn(
                        "Lost the connection to Redis at {}: session tracking is suspended and the outage policy"
                                + " applies until it is back",
                        connector.url());
            }
        }
    }
}
