// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * The Lettuce clients of this application, with their threads. They are configured to fail fast: short timeouts measured
 * with a fine timer, rejected instead of queued commands while there is no connection, and a quick reconnect with
 * jitter.
 */
final class LettuceClients {

    private static final int REQUEST_QUEUE_SIZE = 16_384;

    private static final int IO_THREADS = 2;

    /** How many commands at most are written with one system call, if they are sent at the same time. */
    private static final int MOST_COMMANDS_TOGETHER = 256;

    /**
     * With Lettuce's default tick of 100 ms, a timeout of 100 ms can take nearly 200 ms. A shorter tick than this one
     * would wake up an idle machine needlessly.
     */
    private static final Duration TIMER_TICK = Duration.ofMillis(20);

    private static final Duration FIRST_RECONNECT_DELAY = Duration.ofMillis(50);

    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofMillis(500);

    private static final Duration PERIODIC_REFRESH = Duration.ofSeconds(10);

    /** The minimum time between two event-triggered refreshes of the cluster topology. */
    static final Duration REFRESH_PAUSE = Duration.ofMillis(500);

    /** TCP keep-alive: detects connections that a firewall or a load balancer has dropped, and keeps idle ones open. */
    private static final SocketOptions.KeepAliveOptions KEEP_ALIVE = SocketOptions.KeepAliveOptions.builder()
            .enable()
            .idle(Duration.ofSeconds(30))
            .interval(Duration.ofSeconds(5))
            .count(3)
            .build();

    /** Every channel that the clients open joins this group. */
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    private final EveryAddress addresses;

    private final ClientResources resources;

    private final AbstractRedisClient client;

    private final @Nullable RedisClient nodeClient;

    private final ConnectAttempts attempts;

    /** @param names finds the addresses of a host name; {@code null} for Lettuce's own */
    LettuceClients(
            RedisUrl url,
            RedisProperties properties,
            RedisLogins logins,
            @Nullable SslOptions ssl,
            @Nullable AddressResolverGroup<?> names) {
        this.addresses =
                new EveryAddress(names == null ? DefaultClientResources.DEFAULT_ADDRESS_RESOLVER_GROUP : names);
        this.resources = resources(channels, properties.commandTimeout(), addresses);
        this.client = client(url, logins, properties, resources);
        this.nodeClient = url.topology() == Topology.CLUSTER ? RedisClient.create(resources) : null;
        this.attempts = new ConnectAttempts(url, properties, ssl, addresses, client, nodeClient);
        // Lettuce restores lost connections by itself.
        events().get().ofType(ReconnectFailedEvent.class).subscribe(failed -> addresses.failed());
    }

    EveryAddress addresses() {
        return addresses;
    }

    ConnectAttempts attempts() {
        return attempts;
    }

    /** The client for the servers of the URL. */
    <C extends AbstractRedisClient> C client(Class<C> type) {
        return type.cast(client);
    }

    /** The client for single nodes of a cluster. */
    RedisClient nodeClient() {
        if (nodeClient == null) {
            throw new IllegalStateException("Not a cluster");
        }
        return nodeClient;
    }

    ChannelGroup channels() {
        return channels;
    }

    EventBus events() {
        return resources.eventBus();
    }

    /** @param millis the maximum duration for each client */
    void close(long millis) {
        client.shutdown(0, millis, TimeUnit.MILLISECONDS);
        if (nodeClient != null) {
            nodeClient.shutdown(0, millis, TimeUnit.MILLISECONDS);
        }
        resources.shutdown(0, millis, TimeUnit.MILLISECONDS).awaitUninterruptibly(millis);
        // Lettuce does not stop a timer that was passed to it.
        resources.timer().stop();
    }

    static ClientResources resources(ChannelGroup channels, Duration commandTimeout, EveryAddress addresses) {
        return DefaultClientResources.builder()
                .addressResolverGroup(addresses)
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .timer(new HashedWheelTimer(
                        new DefaultThreadFactory("session-tracking-timer", true),
                        TIMER_TICK.toMillis(),
                        TimeUnit.MILLISECONDS))
                .reconnectDelay(new AtOnceThenJittered())
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        String encoder =
                                channel.pipeline().context(CommandEncoder.class).name();
                        channel.pipeline()
                                .addAfter(encoder, null, new SilenceHandler(commandTimeout, channels))
                                .addAfter(encoder, null, new FlushConsolidationHandler(MOST_COMMANDS_TOGETHER, true));
                        channels.add(channel);
                    }
                })
                .build();
    }

    private static AbstractRedisClient client(
            RedisUrl url, RedisLogins logins, RedisProperties properties, ClientResources resources) {
        if (url.topology() == Topology.CLUSTER) {
            List<RedisURI> nodes = url.addresses().stream()
                    .map(address -> uri(url, address, logins.servers(), properties))
                    .toList();
            return RedisClusterClient.create(resources, nodes);
        }
        return new AsyncClient(resources, server(url, logins, properties));
    }

    /** The single server, or the master of the sentinels. */
    private static RedisURI server(RedisUrl url, RedisLogins logins, RedisProperties properties) {
        RedisURI server = uri(url, url.addresses().get(0), logins.servers(), properties);
        server.setDatabase(url.database());
        if (url.topology() == Topology.SENTINEL) {
            server.setHost(null);
            server.setSentinelMasterId(Objects.requireNonNull(url.masterName()));
            url.addresses()
                    .forEach(address -> server.getSentinels().add(uri(url, address, logins.sentinels(), properties)));
        }
        return server;
    }

    /**
     * Sets the options for connections to be made.
     *
     * @param protocol the protocol version, or {@code null} for the newest that the server supports
     */
    static void configure(
            AbstractRedisClient client,
            RedisProperties properties,
            @Nullable SslOptions ssl,
            @Nullable ProtocolVersion protocol) {
        if (client instanceof RedisClusterClient cluster) {
            ClusterClientOptions.Builder options = ClusterClientOptions.builder();
            options(options, properties, ssl).protocolVersion(protocol);
            cluster.setOptions(options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                            .enablePeriodicRefresh(PERIODIC_REFRESH)
                            .adaptiveRefreshTriggersTimeout(REFRESH_PAUSE)
                            .refreshTriggersReconnectAttempts(1)
                            .build())
                    .build());
        } else if (client instanceof RedisClient single) {
            single.setOptions(options(ClientOptions.builder(), properties, ssl)
                    .protocolVersion(protocol)
                    .build());
        }
    }

    /** A server or a sentinel. */
    static RedisURI uri(
            RedisUrl url, RedisAddress address, RedisCredentialsProvider login, RedisProperties properties) {
        return RedisURI.Builder.redis(address.host(), address.port())
                .withSsl(url.tls())
                .withTimeout(properties.connectTimeout())
                .withAuthentication(login)
                .build();
    }

    /** Lettuce checks the host's name as well. */
    static SslOptions ssl(SslBundle bundle) {
        SslOptions.Builder ssl = SslOptions.builder()
                .keyManager(bundle.getManagers().getKeyManagerFactory())
                .trustManager(bundle.getManagers().getTrustManagerFactory());
        String[] ciphers = bundle.getOptions().getCiphers();
        if (ciphers != null) {
            ssl.cipherSuites(ciphers);
        }
        String[] protocols = bundle.getOptions().getEnabledProtocols();
        if (protocols != null) {
            ssl.protocols(protocols);
        }
        return ssl.build();
    }

    private static ClientOptions.Builder options(
            ClientOptions.Builder options, RedisProperties properties, @Nullable SslOptions ssl) {
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUEST_QUEUE_SIZE)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(properties.connectTimeout())
                        .keepAlive(KEEP_ALIVE)
                        .build())
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands()
                        .timeoutSource(new Timeouts(properties.commandTimeout()))
                        .build());
        if (ssl != null) {
            options.sslOptions(ssl);
        }
        return options;
    }

    /** Reconnects at once after a lost connection. Jitter prevents nodes from reconnecting at the same moment. */
    private static final class AtOnceThenJittered extends Delay {

        private final Delay jittered = Delay.fullJitter(
                FIRST_RECONNECT_DELAY.toMillis(),
                LONGEST_RECONNECT_DELAY.toMillis(),
                FIRST_RECONNECT_DELAY.toMillis(),
                TimeUnit.MILLISECONDS);

        @Override
        public Duration createDelay(long attempt) {
            return attempt <= 1 ? Duration.ZERO : jittered.createDelay(attempt);
        }
    }

    /** Operations on many keys have a longer timeout. */
    private static final class Timeouts extends TimeoutOptions.TimeoutSource {

        private final Duration commandTimeout;

        Timeouts(Duration commandTimeout) {
            this.commandTimeout = commandTimeout;
        }

        @Override
        public long getTimeout(RedisCommand<?, ?, ?> command) {
            return command.getType() instanceof Bulk
                    ? Bulk.timeout(commandTimeout).toMillis()
                    : commandTimeout.toMillis();
        }
    }
}
