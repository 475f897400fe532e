package dev.sessiontracking.redis;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which a command has been sent and nothing comes back: a server that froze, lost its network,
 * or was replaced does not say good-bye, and TCP alone would take minutes to notice. A connection that is merely idle
 * stays. One for each channel, used on its event loop only.
 */
final class SilenceHandler extends ChannelDuplexHandler {

    static final Duration LONGEST_SILENCE = Duration.ofSeconds(1);

    private @Nullable ScheduledFuture<?> deadline;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (deadline == null) {
            deadline =
                    context.executor().schedule(() -> silent(context), LONGEST_SILENCE.toNanos(), TimeUnit.NANOSECONDS);
        }
        context.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        cancel();
        context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancel();
        context.fireChannelInactive();
    }

    private void silent(ChannelHandlerContext context) {
        deadline = null;
        context.close();
    }

    private void cancel() {
        ScheduledFuture<?> pending = deadline;
        if (pending != null) {
            deadline = null;
            pending.cancel(false);
        }
    }
}
