// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.protocol.CommandType;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which connections are closed when one of them is silent. */
class SilenceHandlerTests {

    private static final Duration TIMEOUT = Duration.ofMillis(20);

    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    private final EmbeddedChannel silent = channel();

    private final EmbeddedChannel other = channel();

    private EmbeddedChannel channel() {
        EmbeddedChannel channel =
                new EmbeddedChannel(DefaultChannelId.newInstance(), new SilenceHandler(TIMEOUT, channels));
        channels.add(channel);
        return channel;
    }

    @BeforeEach
    void idle() throws InterruptedException {
        Thread.sleep(TIMEOUT.plusMillis(5).toMillis());
    }

    @AfterEach
    void close() {
        silent.close();
        other.close();
    }

    private void awaitSilence() throws InterruptedException {
        silent.writeOutbound(CommandType.GET);
        Thread.sleep(TIMEOUT.plusMillis(5).toMillis());
    }

    private void runTasks() {
        silent.runPendingTasks();
        other.runPendingTasks();
    }

    @Test
    void idleConnectionIsClosedWithIt() throws InterruptedException {
        awaitSilence();
        runTasks();
        assertThat(silent.isOpen()).isFalse();
        assertThat(other.isOpen()).isFalse();
        silent.checkException();
    }

    @Test
    void connectionThatWasIdleUntilAHeartbeatIsClosedWithIt() throws InterruptedException {
        awaitSilence();
        other.writeOutbound(CommandType.DEL);
        runTasks();
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void connectionThatWorksOnManyKeysStaysOpen() throws InterruptedException {
        other.writeOutbound(new Bulk(CommandType.MGET));
        awaitSilence();
        runTasks();
        assertThat(silent.isOpen()).isFalse();
        assertThat(other.isOpen()).isTrue();
    }
}
