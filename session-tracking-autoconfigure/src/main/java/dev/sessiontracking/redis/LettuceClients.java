package dev.sessiontracking.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.RedisPassword;
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

    /** Lettuce's own tick of 100 ms makes a timeout of 100 ms one of nearly 200. */
    private static final Duration TIMER_TICK = Duration.ofMillis(10);

    private static final Duration FIRST_RECONNECT_DELAY = Duration.ofMillis(50);

    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofMillis(500);

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
    static LettuceConnectionFactory factory(RedisUrl url, RedisProperties properties, ClientResources resources) {
        LettuceConnectionFactory factory =
                new LettuceConnectionFactory(server(url), configuration(url, properties, resources));
        factory.setShareNativeConnection(false);
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    private static RedisStandaloneConfiguration server(RedisUrl url) {
        RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(url.host(), url.port());
        server.setDatabase(url.database());
        if (url.username() != null) {
            server.setUsername(url.username());
        }
        if (url.password() != null) {
            server.setPassword(RedisPassword.of(url.password()));
        }
        return server;
    }

    private static LettuceClientConfiguration configuration(
            RedisUrl url, RedisProperties properties, ClientResources resources) {
        LettuceClientConfiguration.LettuceClientConfigurationBuilder configuration =
                LettuceClientConfiguration.builder();
        if (url.tls()) {
            configuration.useSsl();
        }
        return configuration
                .clientResources(resources)
                .clientOptions(options(properties))
                // Lettuce measures the handshake of a new connection with this one.
                .commandTimeout(properties.connectTimeout())
                .shutdownQuietPeriod(Duration.ZERO)
                .shutdownTimeout(properties.connectTimeout())
                .build();
    }

    private static ClientOptions options(RedisProperties properties) {
        return ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUEST_QUEUE_SIZE)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(properties.connectTimeout())
                        .keepAlive(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(properties.commandTimeout()))
                .build();
    }
}
