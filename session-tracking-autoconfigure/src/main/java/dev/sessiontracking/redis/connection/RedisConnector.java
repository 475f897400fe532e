// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Owns the Lettuce clients. Opens connections in the background and repeats failed attempts. Lettuce restores lost
 * connections. The first connection loads the clients, because their classes are most of what a connection costs.
 * Thread-safe.
 */
public final class RedisConnector implements AutoCloseable {

    /** Maximum time to wait for an answer to a probe. */
    static final Duration LONGEST_PROBE = Duration.ofMillis(500);

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    /** After a failover, the address may lead to the old master for some time. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

    private final RedisUrl url;

    private final RedisProperties properties;

    private final RedisLogins logins;

    private final @Nullable SslOptions ssl;

    private final @Nullable AddressResolverGroup<?> names;

    private final long patienceMillis;

    private final ScheduledThreadPoolExecutor executor = BackgroundThread.named("session-tracking-connect");

    private final ConnectRetries retries = new ConnectRetries(executor, this::addressFailed);

    private volatile @Nullable LettuceClients clients;

    private final Backoff reconnects = new Backoff(SHORTEST_PAUSE, LONGEST_PAUSE, System::nanoTime);

    private final AtomicLong lastRefresh = new AtomicLong(System.nanoTime());

    private volatile boolean closed;

    public RedisConnector(RedisUrl url, RedisProperties properties) {
        this(url, properties, RedisLogins.fixed(url, SentinelProperties.NONE), null, null);
    }

    /**
     * @param bundle trust and keys for TLS, or {@code null} for those of the Java platform
     * @param names finds the addresses of a host name; {@code null} for Lettuce's own
     */
    public RedisConnector(
            RedisUrl url,
            RedisProperties properties,
            RedisLogins logins,
            @Nullable SslBundle bundle,
            @Nullable AddressResolverGroup<?> names) {
        this.url = url;
        this.properties = properties;
        this.logins = logins;
        // An attempt is a connect and a handshake, each with the connect timeout.
        this.patienceMillis = 2 * properties.connectTimeout().toMillis();
        this.ssl = bundle == null ? null : LettuceClients.ssl(bundle);
        this.names = names;
    }

    /**
     * Loads the clients in the background.
     *
     * @param done runs afterwards, also if this fails; then every attempt to connect fails
     */
    void start(Runnable done) {
        executor.execute(() -> {
            try {
                clients();
            } finally {
                done.run();
            }
        });
    }

    private synchronized LettuceClients clients() {
        LettuceClients made = clients;
        if (made == null) {
            if (closed) {
                throw new IllegalStateException("Closed");
            }
            made = new LettuceClients(url, properties, logins, ssl, names);
            clients = made;
            if (url.topology() == Topology.SENTINEL) {
                new SentinelWatch(this).start();
            }
        }
        return made;
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
        return retries.persistently(
                () -> clients()
                        .attempts()
                        .make(() -> clients().client(RedisClient.class).connect(StringCodec.UTF8)),
                () -> closed,
                failed);
    }

    /**
     * Connects to a cluster.
     *
     * @param failed receives each failed attempt, except a timeout of the first one
     */
    CompletableFuture<StatefulRedisClusterConnection<String, String>> connectCluster(Consumer<Throwable> failed) {
        return retries.persistently(
                () -> clients()
                        .attempts()
                        .make(() -> clients().client(RedisClusterClient.class).connect(StringCodec.UTF8)),
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
        return retries.persistently(
                () -> clients()
                        .nodeClient()
                        .connectAsync(StringCodec.UTF8, LettuceClients.uri(url, address, logins.servers(), properties)),
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
        return retries.persistently(
                () -> clients()
                        .client(RedisClient.class)
                        .connectPubSubAsync(
                                StringCodec.UTF8, LettuceClients.uri(url, address, logins.sentinels(), properties)),
                () -> closed,
                failed);
    }

    /** Whether the server answers, asked without the client. Sentinels answer even if the server does not. */
    boolean answersProbe() {
        return url.topology() != Topology.SENTINEL
                && TransportProbe.answers(url.addresses().get(0), LONGEST_PROBE);
    }

    /** Refreshes the cluster topology, at most twice a second, and never concurrently. */
    public void refreshTopology() {
        long now = System.nanoTime();
        long last = lastRefresh.get();
        LettuceClients current = clients;
        if (!closed
                && current != null
                && now - last > LettuceClients.REFRESH_PAUSE.toNanos()
                && !current.client(RedisClusterClient.class).isTopologyRefreshInProgress()
                && lastRefresh.compareAndSet(last, now)) {
            current.client(RedisClusterClient.class).refreshPartitionsAsync();
        }
    }

    /** Lettuce's events about a changed topology and failed reconnects. */
    EventBus events() {
        return clients().events();
    }

    /** Lettuce restores lost connections by itself. Only this event reports why it cannot. */
    void onFailedReconnect(Consumer<Throwable> listener) {
        events().get().ofType(ReconnectFailedEvent.class).subscribe(failed -> listener.accept(failed.getCause()));
    }

    private void addressFailed() {
        LettuceClients current = clients;
        if (current != null) {
            current.addresses().failed();
        }
    }

    /** Runs a task later, unless this connector is closed by then. */
    void later(Runnable task, long millis) {
        retries.later(task, millis);
    }

    /** Closes all connections, so that Lettuce reconnects. A server that remains the wrong one is asked less and less. */
    void reconnect() {
        LettuceClients current = clients;
        if (current != null && reconnects.isOver()) {
            current.channels().close();
        }
    }

    /** Closes the connections to one server, so that Lettuce reconnects to another one. */
    void leave(InetSocketAddress server) {
        clients().channels().close(channel -> server.equals(channel.remoteAddress()));
    }

    /** A client that is closed while it connects can leave a thread behind. */
    private void awaitInterruptedAttempt() {
        try {
            executor.awaitTermination(Math.min(patienceMillis, LONGEST_PROBE.toMillis()), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        LettuceClients made;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            made = clients;
        }
        executor.shutdownNow();
        if (made != null) {
            awaitInterruptedAttempt();
            made.close(patienceMillis);
        }
    }
}
