package dev.sessiontracking.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Owns the client, and makes connections in the background until they are there. Once made, a connection comes back by
 * itself. Thread-safe.
 */
final class RedisConnector implements AutoCloseable {

    private static final long RETRY_MILLIS = 250;

    private static final long RECONNECT_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RedisUrl url;

    private final long patienceMillis;

    private final ClientResources resources;

    private final LettuceConnectionFactory factory;

    private final ScheduledThreadPoolExecutor executor;

    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final AtomicLong lastReconnect = new AtomicLong(System.nanoTime() - RECONNECT_PAUSE_NANOS);

    private volatile boolean closed;

    RedisConnector(RedisUrl url, RedisProperties properties) {
        this.url = url;
        // An attempt is a connect and a handshake, each with the connect timeout.
        this.patienceMillis = 2 * properties.connectTimeout().toMillis();
        this.resources = LettuceClients.resources(channels);
        this.factory = LettuceClients.factory(url, properties, resources);
        this.executor = BackgroundThread.named("session-tracking-connect");
    }

    /** The server, without its credentials. */
    RedisUrl url() {
        return url;
    }

    /** The longest that one attempt takes. */
    long patienceMillis() {
        return patienceMillis;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Makes a connection, however many attempts it takes.
     *
     * @param failed is told of each failed attempt
     */
    CompletableFuture<StatefulRedisConnection<String, String>> connect(Consumer<Throwable> failed) {
        CompletableFuture<StatefulRedisConnection<String, String>> made = new CompletableFuture<>();
        executor.execute(() -> attempt(made, failed));
        return made;
    }

    private void attempt(CompletableFuture<StatefulRedisConnection<String, String>> made, Consumer<Throwable> failed) {
        if (closed) {
            return;
        }
        StatefulRedisConnection<String, String> connection;
        try {
            connection = ((RedisClient) factory.getRequiredNativeClient()).connect(StringCodec.UTF8);
        } catch (RuntimeException failure) {
            if (!closed) {
                failed.accept(failure);
                executor.schedule(() -> attempt(made, failed), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
            return;
        }
        made.complete(connection);
    }

    /** Breaks the connections, so that they are made anew; at most once a second. */
    void reconnect() {
        long now = System.nanoTime();
        long last = lastReconnect.get();
        if (now - last > RECONNECT_PAUSE_NANOS && lastReconnect.compareAndSet(last, now)) {
            channels.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        executor.shutdownNow();
        factory.destroy();
        resources.shutdown(0, patienceMillis, TimeUnit.MILLISECONDS).awaitUninterruptibly(patienceMillis);
        // Lettuce leaves a timer alone that it was given.
        resources.timer().stop();
    }
}
