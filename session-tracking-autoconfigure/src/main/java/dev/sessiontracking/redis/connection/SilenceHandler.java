// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that returns no reply. If a server hangs, loses its network, or is replaced, it does not close
 * its connections, and TCP needs minutes to detect this. If a command on one key gets no reply within the command
 * timeout, this handler closes the connection, so that the command can be repeated on a new one. Idle connections stay
 * open. One instance per channel, used on its event loop only.
 */
final class SilenceHandler extends ChannelDuplexHandler {

    static final Duration LONGEST_SILENCE = Duration.ofSeconds(1);

    private static final Set<CommandType> OF_ONE_KEY = EnumSet.of(
            CommandType.GET,
            CommandType.STRLEN,
            CommandType.SET,
            CommandType.DEL,
            CommandType.ZREM,
            CommandType.EVAL,
            CommandType.EVALSHA);

    private final Duration commandTimeout;

    /** How long a command of one key is awaited. */
    private final Duration silence;

    private final ChannelGroup others;

    private Ticker ticker = Ticker.systemTicker();

    private long heardAt;

    private boolean isWaiting;

    /** Whether what is awaited may take longer than a command of one key. */
    private boolean isPatient;

    /** When what is awaited is late. */
    private long deadline;

    /** Runs at the deadline or earlier. It stays when a reply comes, because a busy connection would replace it all the time. */
    private @Nullable ScheduledFuture<?> timer;

    private long timerAt;

    /** @param others the channels of this client */
    SilenceHandler(Duration commandTimeout, ChannelGroup others) {
        this.commandTimeout = commandTimeout;
        this.silence = commandTimeout.compareTo(LONGEST_SILENCE) < 0 ? commandTimeout : LONGEST_SILENCE;
        this.others = others;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ticker = context.executor().ticker();
        heardAt = ticker.nanoTime();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        await(context, message);
        context.write(message, promise);
    }

    private void await(ChannelHandlerContext context, Object message) {
        long nanos = patience(message).toNanos();
        long late = ticker.nanoTime() + nanos;
        if (!isWaiting || deadline - late > 0) {
            isWaiting = true;
            isPatient = nanos > silence.toNanos();
            deadline = late;
            if (timer == null || timerAt - late > 0) {
                cancel();
                schedule(context, nanos);
            }
        }
    }

    private void schedule(ChannelHandlerContext context, long nanos) {
        timerAt = deadline;
        timer = context.executor().schedule(() -> timeIsUp(context), nanos, TimeUnit.NANOSECONDS);
    }

    private void timeIsUp(ChannelHandlerContext context) {
        timer = null;
        if (isWaiting) {
            long left = deadline - ticker.nanoTime();
            if (left > 0) {
                schedule(context, left);
            } else {
                silent(context);
            }
        }
    }

    private Duration patience(Object message) {
        Object type = message instanceof RedisCommand<?, ?, ?> command ? command.getType() : message;
        if (type instanceof Bulk) {
            return Bulk.timeout(commandTimeout);
        }
        return type instanceof CommandType known && OF_ONE_KEY.contains(known) ? silence : LONGEST_SILENCE;
    }

    /** A reply to one command says nothing about those that were sent after it. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        isWaiting = false;
        heardAt = ticker.nanoTime();
        context.fireChannelRead(message);
        CommandHandler commands = context.pipeline().get(CommandHandler.class);
        Object next = commands == null ? null : commands.getStack().peek();
        if (next != null) {
            await(context, next);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel();
        context.fireChannelInactive();
    }

    /**
     * Also closes connections to the same server that were idle, because the same fault may have dropped them. Commands
     * that were sent on them just now, such as a heartbeat, are sent again.
     */
    private void silent(ChannelHandlerContext context) {
        isWaiting = false;
        for (Channel other : others) {
            if (Objects.equals(other.remoteAddress(), context.channel().remoteAddress())) {
                other.eventLoop().execute(() -> {
                    SilenceHandler handler = other.pipeline().get(SilenceHandler.class);
                    if (handler != null && handler.wasIdle()) {
                        close(other);
                    }
                });
            }
        }
        close(context.channel());
    }

    /** A reply that was on its way when the fault began does not count. */
    private boolean wasIdle() {
        boolean isAtWork = isWaiting && isPatient;
        return !isAtWork && ticker.nanoTime() - heardAt > silence.toNanos() / 2;
    }

    /** Commands that were not delivered by now must not be delivered later, because their callers have given up. */
    private static void close(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    private void cancel() {
        ScheduledFuture<?> pending = timer;
        if (pending != null) {
            timer = null;
            pending.cancel(false);
        }
    }
}
