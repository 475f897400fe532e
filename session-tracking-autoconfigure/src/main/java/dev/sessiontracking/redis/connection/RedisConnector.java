// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Owns the Lettuce clients. Opens connections in the background and repeats failed attempts. Lettuce restores lost
 * connections. Thread-safe.
 */
public final class RedisConnector implements AutoCloseable {

    private static final long RETRY_MILLIS = 250;

    private static final long RECONNECT_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final RedisUrl url;

    private final RedisProperties properties;

    private final RedisLogins logins;

    private final EveryAddress addresses;

    private final ConnectAttempts attempts;

    private final long patienceMillis;

    private final ClientResources resources;

    private final AbstractRedisClient client;

    private final @Nullable RedisClient nodeClient;

    private final @Nullable SentinelWatch sentinels;

    private final ScheduledThreadPoolExecutor executor;

    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final AtomicLong lastReconnect = new AtomicLong(System.nanoTime() - RECONNECT_PAUSE_NANOS);

    private final AtomicLong lastRefresh = new AtomicLong(System.nanoTime());

    private volatile boolean closed;

    public RedisConnector(RedisUrl url, RedisProperties properties) {
        this(
                url,
                properties,
                RedisLogins.fixed(url, SentinelProperties.NONE),
                null,
                DefaultClientResources.DEFAULT_ADDRESS_RESOLVER_GROUP);
    }

    /**
     * @param bundle trust and keys for TLS, or {@code null} for those of the Java platform
     * @param names finds the addresses of a host name
     */
    public RedisConnector(
            RedisUrl url,
            RedisProperties properties,
            RedisLogins logins,
            @Nullable SslBundle bundle,
            AddressResolverGroup<?> names) {
        this.url = url;
        this.properties = properties;
        this.logins = logins;
        // An attempt is a connect and a handshake, each with the connect timeout.
        this.patienceMillis = 2 * properties.connectTimeout().toMillis();
        SslOptions ssl = bundle == null ? null : LettuceClients.ssl(bundle);
        this.addresses = new EveryAddress(names);
        this.resources = LettuceClients.resources(channels, properties.commandTimeout(), addresses);
        this.client = LettuceClients.client(url, logins, properties, resources);
        this.nodeClient = url.topology() == Topology.CLUSTER ? RedisClient.create(resources) : null;
        this.attempts = new ConnectAttempts(url, properties, ssl, addresses, client, nodeClient);
        this.executor = BackgroundThread.named("session-tracking-connect");
        this.sentinels = url.topology() == Topology.SENTINEL ? new SentinelWatch(this) : null;
        // Lettuce restores lost connections by itself.
        events().get().ofType(ReconnectFailedEvent.class).subscribe(failed -> addresses.failed());
        if (sentinels != null) {
            sentinels.start();
        }
    }

    /** The servers, without their credentials. */
    public RedisUrl url() {
        return url;
    }

    /** The maximum duration of one attempt. */
    long patienceMillis() {
        return patienceMillis;
    }

    Duration commandTimeout() {
        return properties.commandTimeout();
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Connects to the single server, or to the current master of the sentinels.
     *
     * @param failed receives each failed attempt, except a timeout of the first one
     */
    public CompletableFuture<StatefulRedisConnection<String, String>> connect(Consumer<Throwable> failed) {
        return persistently(
                () -> attempts.make(() -> client(RedisClient.class).connect(StringCodec.UTF8)), () -> closed, failed);
    }

    /**
     * Connects to a cluster.
     *
     * @param failed receives each failed attempt, except a timeout of the first one
     */
    CompletableFuture<StatefulRedisClusterConnection<String, String>> connectCluster(Consumer<Throwable> failed) {
        return persistently(
                () -> attempts.make(() -> client(RedisClusterClient.class).connect(StringCodec.UTF8)),
                () -> closed,
                failed);
    }

    /**
     * Connects to one node of the cluster, independently of the state of the cluster.
     *
     * @param givenUp is checked before each attempt
     */
    public CompletableFuture<StatefulRedisConnection<String, String>> connectNode(
            RedisAddress address, Supplier<Boolean> givenUp) {
        RedisClient nodes = nodeClient;
        if (nodes == null) {
            throw new IllegalStateException("Not a cluster");
        }
        return persistently(
                () -> nodes.connectAsync(
                        StringCodec.UTF8, LettuceClients.uri(url, address, logins.servers(), properties)),
                () -> closed || givenUp.get(),
                failure -> {});
    }

    /**
     * Connects to one sentinel, for its failover messages.
     *
     * @param failed receives each failed attempt
     */
    CompletableFuture<StatefulRedisPubSubConnection<String, String>> connectSentinel(
            RedisAddress address, Consumer<Throwable> failed) {
        return persistently(
                () -> client(RedisClient.class)
                        .connectPubSubAsync(
                                StringCodec.UTF8, LettuceClients.uri(url, address, logins.sentinels(), properties)),
                () -> closed,
                failed);
    }

    /** Refreshes the cluster topology, at most twice a second, and never concurrently. */
    public void refreshTopology() {
        long now = System.nanoTime();
        long last = lastRefresh.get();
        if (!closed
                && now - last > LettuceClients.REFRESH_PAUSE.toNanos()
                && !client(RedisClusterClient.class).isTopologyRefreshInProgress()
                && lastRefresh.compareAndSet(last, now)) {
            client(RedisClusterClient.class).refreshPartitionsAsync();
        }
    }

    /** Lettuce's events about a changed topology. */
    EventBus events() {
        return resources.eventBus();
    }

    private <C extends AbstractRedisClient> C client(Class<C> type) {
        return type.cast(client);
    }

    private <C> CompletableFuture<C> persistently(
            Supplier<CompletionStage<C>> attempt, Supplier<Boolean> givenUp, Consumer<Throwable> failed) {
        CompletableFuture<C> made = new CompletableFuture<>();
        executor.execute(() -> attempt(attempt, givenUp, failedButForTheFirst(failed), made));
        return made;
    }

    /**
     * On a small machine, the first attempt may time out because it loads the classes of the client. So its failure is
     * reported only if the second attempt fails too.
     */
    private static Consumer<Throwable> failedButForTheFirst(Consumer<Throwable> failed) {
        AtomicBoolean forgiven = new AtomicBoolean();
        return failure -> {
            if (!RedisFailures.isSilence(failure) || !forgiven.compareAndSet(false, true)) {
                failed.accept(failure);
            }
        };
    }

    private <C> void attempt(
            Supplier<CompletionStage<C>> attempt,
            Supplier<Boolean> givenUp,
            Consumer<Throwable> failed,
            CompletableFuture<C> made) {
        if (givenUp.get()) {
            return;
        }
        CompletionStage<C> connecting;
        try {
            connecting = attempt.get();
        } catch (RuntimeException failure) {
            connecting = CompletableFuture.failedFuture(failure);
        }
        connecting.whenComplete((connection, failure) -> {
            if (failure == null) {
                made.complete(connection);
            } else if (!givenUp.get()) {
                addresses.failed();
                failed.accept(failure instanceof CompletionException ? failure.getCause() : failure);
                later(() -> attempt(attempt, givenUp, failed, made), RETRY_MILLIS);
            }
        });
    }

    /** Runs a task later, unless this connector is closed by then. */
    void later(Runnable task, long millis) {
        if (!executor.isShutdown()) {
            executor.schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** Closes all connections, so that Lettuce reconnects. At most once a second. */
    void reconnect() {
        long now = System.nanoTime();
        long last = lastReconnect.get();
        if (now - last > RECONNECT_PAUSE_NANOS && lastReconnect.compareAndSet(last, now)) {
            channels.close();
        }
    }

    /** Closes the connections to one server, so that Lettuce reconnects to another one. */
    void leave(InetSocketAddress server) {
        channels.close(channel -> server.equals(channel.remoteAddress()));
    }

    @Override
    public void close() {
        closed = true;
        executor.shutdownNow();
        client.shutdown(0, patienceMillis, TimeUnit.MILLISECONDS);
        if (nodeClient != null) {
            nodeClient.shutdown(0, patienceMillis, TimeUnit.MILLISECONDS);
        }
        resources.shutdown(0, patienceMillis, TimeUnit.MILLISECONDS).awaitUninterruptibly(patienceMillis);
        // Lettuce does not stop a timer that was passed to it.
        resources.timer().stop();
    }
}
