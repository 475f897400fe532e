package dev.sessiontracking.redis;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.net.SocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The one connection to the server. It is made in the background when the server is not there at start, and made again
 * by itself when it breaks; each change is one log line. Thread-safe.
 */
final class RedisLink implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);

    private static final long CONNECT_RETRY_MILLIS = 250;

    private final RedisUrl url;

    private final long patienceMillis;

    private final ClientResources resources;

    private final LettuceConnectionFactory factory;

    private final ScheduledExecutorService connector;

    private final AtomicBoolean absenceTold = new AtomicBoolean();

    private volatile boolean closed;

    private volatile @Nullable StatefulRedisConnection<String, String> connection;

    RedisLink(RedisUrl url, RedisProperties properties) {
        this.url = url;
        // A connection attempt is a connect and a handshake, each with the connect timeout.
        this.patienceMillis = 2 * properties.connectTimeout().toMillis();
        this.resources = LettuceClients.resources();
        this.factory = LettuceClients.factory(url, properties, resources);
        this.connector = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "session-tracking-connect");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Waits for the first attempt, so that a server that is there is used from the first request on; not longer. */
    void start() {
        Future<?> firstAttempt = connector.submit(this::connect);
        try {
            firstAttempt.get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException stillConnecting) {
            tellAbsence("no answer yet");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        try {
            StatefulRedisConnection<String, String> made =
                    ((RedisClient) factory.getRequiredNativeClient()).connect(StringCodec.UTF8);
            made.addListener(new ChangeLog());
            connection = made;
            log.info("Session tracking is on: sessions are in {}", url);
            connector.shutdown();
        } catch (RuntimeException failed) {
            if (!closed) {
                tellAbsence(RedisFailures.inWords(failed));
                connector.schedule(this::connect, CONNECT_RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void tellAbsence(String reason) {
        if (absenceTold.compareAndSet(false, true)) {
            log.warn(
                    "Redis not available at {} ({}): session tracking is suspended and the outage policy applies; it"
                            + " begins as soon as the server answers",
                    url,
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

    @Override
    public void close() {
        closed = true;
        connector.shutdownNow();
        factory.destroy();
        resources.shutdown(0, patienceMillis, TimeUnit.MILLISECONDS).awaitUninterruptibly(patienceMillis);
    }

    /** One line when the server goes, one when it is back. */
    private final class ChangeLog implements RedisConnectionStateListener {

        private final AtomicBoolean gone = new AtomicBoolean();

        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
            if (gone.compareAndSet(true, false)) {
                log.info("Redis is back at {}: session tracking goes on", url);
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            if (!closed && gone.compareAndSet(false, true)) {
                log.warn(
                        "Lost the connection to Redis at {}: session tracking is suspended and the outage policy"
                                + " applies until it is back",
                        url);
            }
        }
    }
}
