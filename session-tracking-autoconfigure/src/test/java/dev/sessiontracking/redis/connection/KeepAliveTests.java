// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sessiontracking.redis.format.UserIndexType;
import dev.sessiontracking.testkit.RedisServerExtension;
import io.lettuce.core.RedisClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Idle connections are kept alive by the operating system, at no cost for the server. */
class KeepAliveTests {

    @RegisterExtension
    static final RedisServerExtension redis = new RedisServerExtension();

    @Test
    void idleConnectionIsProbedAfterHalfAMinute() {
        ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
        Duration timeout = Duration.ofSeconds(5);
        ClientResources resources = LettuceClients.resources(
                channels, timeout, new EveryAddress(DefaultClientResources.DEFAULT_ADDRESS_RESOLVER_GROUP));
        RedisClient client = RedisClient.create(resources);
        LettuceClients.configure(
                client, new RedisProperties(null, "", timeout, timeout, UserIndexType.ZSET), null, null);
        try {
            client.connect(io.lettuce.core.RedisURI.create(redis.url()));
            Channel channel = channels.iterator().next();
            assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
            assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
                    .isEqualTo(30);
            assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
                    .isEqualTo(5);
            assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
                    .isEqualTo(3);
        } finally {
            client.shutdown();
            resources.shutdown();
            resources.timer().stop();
        }
    }
}
