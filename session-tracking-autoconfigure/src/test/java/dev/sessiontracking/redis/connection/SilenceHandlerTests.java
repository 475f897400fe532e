// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.resource.ClientResources;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which connections are closed when one of them is silent. */
class SilenceHandlerTests {

    private static final Duration TIMEOUT = Duration.ofMillis(20);

    private static final ByteBuf REPLY = Unpooled.copiedBuffer("+OK\r\n", StandardCharsets.US_ASCII);

    private final ChannelGroup channels = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);

    private final EmbeddedChannel silent = channel();

    private final EmbeddedChannel other = channel();

    private EmbeddedChannel channel() {
        EmbeddedChannel channel = new EmbeddedChannel(
                DefaultChannelId.newInstance(),
                new FlushConsolidationHandler(256, true),
                new SilenceHandler(TIMEOUT, channels),
                new CommandHandler(
                        ClientOptions.create(), mock(ClientResources.class, RETURNS_DEEP_STUBS), mock(Endpoint.class)));
        channel.freezeTime();
        channels.add(channel);
        return channel;
    }

    @BeforeEach
    void idle() {
        pass(TIMEOUT);
    }

    @AfterEach
    void close() {
        silent.close();
        other.close();
    }

    private static Command<String, String, String> command(ProtocolKeyword type) {
        return new Command<>(type, new StatusOutput<>(StringCodec.UTF8));
    }

    private void awaitSilence() {
        silent.writeOutbound(command(CommandType.GET));
        pass(TIMEOUT);
    }

    private void pass(Duration time) {
        silent.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        other.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void runTasks() {
        for (int hop = 0; hop < 2; hop++) {
            silent.runPendingTasks();
            other.runPendingTasks();
        }
    }

    @Test
    void idleConnectionIsClosedWithIt() {
        awaitSilence();
        runTasks();
        assertThat(silent.isOpen()).isFalse();
        assertThat(other.isOpen()).isFalse();
        silent.checkException();
    }

    @Test
    void connectionThatWasIdleUntilAHeartbeatIsClosedWithIt() {
        awaitSilence();
        other.writeOutbound(command(CommandType.DEL));
        runTasks();
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void connectionWhoseLastReplyWasOnItsWayIsClosedWithIt() {
        other.writeOutbound(command(CommandType.GET));
        silent.writeOutbound(command(CommandType.GET));
        pass(TIMEOUT.dividedBy(3));
        other.writeInbound(REPLY.retainedDuplicate());
        pass(TIMEOUT.multipliedBy(2).dividedBy(3).plusMillis(1));
        runTasks();
        assertThat(silent.isOpen()).isFalse();
        assertThat(other.isOpen()).isFalse();
    }

    @Test
    void connectionThatWorksOnManyKeysStaysOpen() {
        other.writeOutbound(command(new Bulk(CommandType.MGET)));
        awaitSilence();
        runTasks();
        assertThat(silent.isOpen()).isFalse();
        assertThat(other.isOpen()).isTrue();
    }

    /** A reply that was on its way when the connection was dropped. */
    @Test
    void replyToAnEarlierCommandDoesNotEndTheWaitForALaterOne() {
        Command<String, String, String> answered = command(CommandType.ZREM);
        silent.writeOutbound(answered, command(CommandType.EVALSHA));
        silent.writeInbound(REPLY.retainedDuplicate());
        assertThat(answered.get()).isEqualTo("OK");
        pass(TIMEOUT);
        runTasks();
        assertThat(silent.isOpen()).isFalse();
    }

    @Test
    void connectionWithoutCommandsStaysOpenAfterItsLastReply() {
        silent.writeOutbound(command(CommandType.GET));
        silent.writeInbound(REPLY.retainedDuplicate());
        pass(TIMEOUT);
        runTasks();
        assertThat(silent.isOpen()).isTrue();
    }

    @Test
    void commandAfterAReplyHasItsFullTime() {
        silent.writeOutbound(command(CommandType.GET));
        pass(TIMEOUT.dividedBy(2));
        silent.writeInbound(REPLY.retainedDuplicate());
        silent.writeOutbound(command(CommandType.GET));
        pass(TIMEOUT.dividedBy(2));
        runTasks();
        assertThat(silent.isOpen()).isTrue();
        pass(TIMEOUT.dividedBy(2));
        runTasks();
        assertThat(silent.isOpen()).isFalse();
    }

    @Test
    void commandAfterOneOnManyKeysHasOnlyItsOwnTime() {
        silent.writeOutbound(command(new Bulk(CommandType.MGET)));
        silent.writeInbound(REPLY.retainedDuplicate());
        silent.writeOutbound(command(CommandType.GET));
        pass(TIMEOUT);
        runTasks();
        assertThat(silent.isOpen()).isFalse();
    }

    /** A command that is sent because of a reply is written, but not flushed, when the next reply arrives. */
    @Test
    void commandThatWaitsForItsFlushIsAwaited() {
        Command<String, String, String> first = command(CommandType.GET);
        AsyncCommand<String, String, String> answered = new AsyncCommand<>(first);
        answered.thenAccept(reply -> silent.writeAndFlush(command(CommandType.SET)));
        silent.writeOutbound(answered, command(CommandType.GET));
        silent.writeInbound(REPLY.retainedDuplicate(), REPLY.retainedDuplicate());
        pass(TIMEOUT);
        runTasks();
        assertThat(silent.isOpen()).isFalse();
    }
}
