package dev.sessiontracking.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.protocol.CommandEncoder;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * Lettuce configured to fail fast: short timeouts measured with a fine timer, rejected instead of queued commands while
 * there is no connection, and a quick reconnect with jitter.
 */
final class LettuceClients {

    private static final int REQUEST_QUEUE_SIZE = 16_384;

    private static final int IO_THREADS = 2;

    /**
     * Lettuce's own tick of 100 ms makes a timeout of 100 ms one of nearly 200. A finer one than this wakes an idle
     * machine up for nothing.
     */
    private static final Duration TIMER_TICK = Duration.ofMillis(20);

    private static final Duration FIRST_RECONNECT_DELAY = Duration.ofMillis(50);

    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofMillis(500);

    private static final Duration PERIODIC_REFRESH = Duration.ofSeconds(10);

    /** The least time between two refreshes of a cluster's topology that something has given reason for. */
    static final Duration REFRESH_PAUSE = Duration.ofMillis(500);

    /** Finds connections that a firewall or a load balancer has dropped, and keeps their timers from running out. */
    private static final SocketOptions.KeepAliveOptions KEEP_ALIVE = SocketOptions.KeepAliveOptions.builder()
            .enable()
            .idle(Duration.ofSeconds(30))
            .interval(Duration.ofSeconds(5))
            .count(3)
            .build();

    private LettuceClients() {}

    /** Threads and timers of one client; every channel that it opens joins the group. */
    static ClientResources resources(ChannelGroup channels, Duration commandTimeout) {
        return DefaultClientResources.builder()
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
                        channel.pipeline()
                                .addAfter(
                                        channel.pipeline()
                                                .context(CommandEncoder.class)
                                                .name(),
                                        null,
                                        new SilenceHandler(commandTimeout, channels));
                        channels.add(channel);
                    }
                })
                .build();
    }

    /** The client of the servers that the URL names. */
    static AbstractRedisClient client(
            RedisUrl url,
            SentinelProperties sentinels,
            RedisProperties properties,
            ClientResources resources,
            @Nullable SslOptions ssl) {
        if (url.topology() == Topology.CLUSTER) {
            List<RedisURI> nodes = url.addresses().stream()
                    .map(address -> node(url, address, properties))
                    .toList();
            RedisClusterClient client = RedisClusterClient.create(resources, nodes);
            client.setOptions(clusterOptions(properties, ssl));
            return client;
        }
        RedisClient client = RedisClient.create(resources, server(url, sentinels, properties));
        client.setOptions(options(ClientOptions.builder(), properties, ssl).build());
        return client;
    }

    /** The one server, or whichever the sentinels name. */
    private static RedisURI server(RedisUrl url, SentinelProperties sentinels, RedisProperties properties) {
        RedisURI server = node(url, url.addresses().get(0), properties);
        server.setDatabase(url.database());
        if (url.topology() == Topology.SENTINEL) {
            server.setHost(null);
            server.setSentinelMasterId(Objects.requireNonNull(url.masterName()));
            url.addresses()
                    .forEach(address -> server.getSentinels().add(sentinel(url, address, sentinels, properties)));
        }
        return server;
    }

    private static ClusterClientOptions clusterOptions(RedisProperties properties, @Nullable SslOptions ssl) {
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        options(options, properties, ssl);
        return options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(PERIODIC_REFRESH)
                        .adaptiveRefreshTriggersTimeout(REFRESH_PAUSE)
                        .refreshTriggersReconnectAttempts(1)
                        .build())
                .build();
    }

    /** The client for connections to single nodes of a cluster, which its own client would send elsewhere. */
    static RedisClient nodeClient(RedisProperties properties, ClientResources resources, @Nullable SslOptions ssl) {
        RedisClient client = RedisClient.create(resources);
        client.setOptions(options(ClientOptions.builder(), properties, ssl).build());
        return client;
    }

    /** A server that the URL does not name itself, but that belongs to those that it names. */
    static RedisURI node(RedisUrl url, RedisAddress address, RedisProperties properties) {
        return uri(url, address, url.username(), url.password(), properties);
    }

    /** A sentinel: without the credentials of the URL, which are not for it. */
    static RedisURI sentinel(RedisUrl url, RedisAddress address, SentinelProperties login, RedisProperties properties) {
        return uri(url, address, login.username(), login.password(), properties);
    }

    private static RedisURI uri(
            RedisUrl url,
            RedisAddress address,
            @Nullable String username,
            @Nullable String password,
            RedisProperties properties) {
        RedisURI.Builder uri = RedisURI.Builder.redis(address.host(), address.port())
                .withSsl(url.tls())
                .withTimeout(properties.connectTimeout());
        if (password != null && username != null) {
            uri.withAuthentication(username, password.toCharArray());
        } else if (password != null) {
            uri.withPassword(password.toCharArray());
        }
        return uri.build();
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

    /** A lost connection is replaced at once; a server that is not there is not asked in step with other nodes. */
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

        @Override
        public TimeUnit getTimeUnit() {
            return TimeUnit.MILLISECONDS;
        }
    }
}
