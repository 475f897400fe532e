package dev.sessiontracking.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The settings under which Lettuce lets nobody wait: short timeouts measured with a fine timer, refusal instead of
 * queueing while there is no connection, and a reconnect that is quick but not in step with other nodes.
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

    private LettuceClients() {}

    /** Threads and timers of one client; every channel that it opens joins the group. */
    static ClientResources resources(ChannelGroup channels) {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(IO_THREADS)
                .computationThreadPoolSize(IO_THREADS)
                .timer(new HashedWheelTimer(
                        new DefaultThreadFactory("session-tracking-timer", true),
                        TIMER_TICK.toMillis(),
                        TimeUnit.MILLISECONDS))
                .reconnectDelay(() -> Delay.fullJitter(
                        FIRST_RECONNECT_DELAY.toMillis(),
                        LONGEST_RECONNECT_DELAY.toMillis(),
                        FIRST_RECONNECT_DELAY.toMillis(),
                        TimeUnit.MILLISECONDS))
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline().addFirst(new SilenceHandler());
                        channels.add(channel);
                    }
                })
                .build();
    }

    /** A factory that owns the client; it is not a bean, so that it stands in nobody's way. */
    static LettuceConnectionFactory factory(
            RedisUrl url,
            SentinelProperties sentinels,
            RedisProperties properties,
            ClientResources resources,
            @Nullable SslOptions ssl) {
        LettuceConnectionFactory factory =
                new LettuceConnectionFactory(servers(url, sentinels), configuration(url, properties, resources, ssl));
        factory.setShareNativeConnection(false);
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    private static RedisConfiguration servers(RedisUrl url, SentinelProperties sentinels) {
        return switch (url.topology()) {
            case STANDALONE -> standalone(url);
            case SENTINEL -> sentinel(url, sentinels);
            case CLUSTER -> cluster(url);
        };
    }

    private static RedisStandaloneConfiguration standalone(RedisUrl url) {
        RedisAddress address = url.addresses().get(0);
        RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(address.host(), address.port());
        server.setDatabase(url.database());
        return withCredentials(server, url);
    }

    /** The credentials of the URL are those of the servers: sentinels have their own, if any. */
    private static RedisSentinelConfiguration sentinel(RedisUrl url, SentinelProperties sentinels) {
        RedisSentinelConfiguration servers = new RedisSentinelConfiguration();
        servers.setMaster(new RedisNode.RedisNodeBuilder()
                .withName(Objects.requireNonNull(url.masterName()))
                .build());
        url.addresses().forEach(address -> servers.addSentinel(new RedisNode(address.host(), address.port())));
        servers.setDatabase(url.database());
        if (sentinels.password() != null) {
            servers.setSentinelUsername(sentinels.username());
            servers.setSentinelPassword(sentinels.password());
        }
        return withCredentials(servers, url);
    }

    private static RedisClusterConfiguration cluster(RedisUrl url) {
        RedisClusterConfiguration servers = new RedisClusterConfiguration();
        url.addresses().forEach(address -> servers.addClusterNode(new RedisNode(address.host(), address.port())));
        return withCredentials(servers, url);
    }

    private static <C extends RedisConfiguration.WithAuthentication> C withCredentials(C servers, RedisUrl url) {
        if (url.username() != null) {
            servers.setUsername(url.username());
        }
        if (url.password() != null) {
            servers.setPassword(RedisPassword.of(url.password()));
        }
        return servers;
    }

    private static LettuceClientConfiguration configuration(
            RedisUrl url, RedisProperties properties, ClientResources resources, @Nullable SslOptions ssl) {
        LettuceClientConfiguration.LettuceClientConfigurationBuilder configuration =
                LettuceClientConfiguration.builder();
        if (url.tls()) {
            configuration.useSsl();
        }
        return configuration
                .clientResources(resources)
                .clientOptions(
                        url.topology() == Topology.CLUSTER
                                ? clusterOptions(properties, ssl)
                                : options(ClientOptions.builder(), properties, ssl)
                                        .build())
                // Lettuce measures the handshake of a new connection with this one.
                .commandTimeout(properties.connectTimeout())
                .shutdownQuietPeriod(Duration.ZERO)
                .shutdownTimeout(properties.connectTimeout())
                .build();
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
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(properties.commandTimeout()));
        if (ssl != null) {
            options.sslOptions(ssl);
        }
        return options;
    }
}
