// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.spi.CachingReader.Moment;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.StreamMessageListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The time from a connect to the next disconnect of the tracked connection. In each epoch, a canary must verify that
 * Redis sends invalidations. Replies that belong to an earlier connection are ignored. Replies and invalidations are
 * handled in order on the event loop of the connection, because every handler is registered before its command is sent.
 */
final class InvalidationEpoch {

    private final StatefulRedisConnection<String, String> connection;

    private final NearCache cache;

    private final String probeKey;

    private final BiConsumer<InvalidationEpoch, @Nullable Throwable> probed;

    private final AtomicBoolean probing = new AtomicBoolean();

    private volatile boolean agreed;

    private volatile boolean pushSeen;

    private volatile boolean worked;

    private volatile boolean over;

    private volatile @Nullable Moment shown;

    /**
     * @param probeKey an unused key
     * @param probed is called after each canary, on the event loop, with the failure if Redis has not answered
     */
    InvalidationEpoch(
            StatefulRedisConnection<String, String> connection,
            NearCache cache,
            String probeKey,
            BiConsumer<InvalidationEpoch, @Nullable Throwable> probed) {
        this.connection = connection;
        this.cache = cache;
        this.probeKey = probeKey;
        this.probed = probed;
    }

    /**
     * Sends a canary, one at a time. Enables tracking until Redis has confirmed it, and never again in this epoch.
     * Otherwise a new server behind a proxy would start to send invalidations, although it has missed the earlier
     * reads.
     */
    void probe() {
        if (over || !probing.compareAndSet(false, true)) {
            return;
        }
        if (agreed) {
            canary();
            return;
        }
        AsyncCommand<String, String, String> on = command(
                CommandType.CLIENT,
                new StatusOutput<>(StringCodec.UTF8),
                args().add("TRACKING").add("ON"));
        on.whenComplete((reply, failure) -> {
            if (failure == null) {
                agreed = true;
                canary();
            } else {
                ended(failure);
            }
        });
        connection.dispatch(on);
    }

    /** Reads a key, writes it, and expects the invalidation before the reply to a third command. */
    private void canary() {
        Moment sent = cache.now();
        AsyncCommand<String, String, String> read = get(probeKey);
        AsyncCommand<String, String, String> write = command(
                CommandType.SET,
                new StatusOutput<>(StringCodec.UTF8),
                args().addKey(probeKey).addValue("probe").add("PX").add(1_000));
        AsyncCommand<String, String, Long> delete =
                command(CommandType.DEL, new IntegerOutput<>(StringCodec.UTF8), args().addKey(probeKey));
        read.thenRun(() -> pushSeen = false);
        CompletableFuture.allOf(read, write, delete).whenComplete((replies, failure) -> {
            if (failure == null && pushSeen && !over) {
                worked = true;
                shown = sent;
                cache.renewLease(sent);
            }
            ended(failure);
        });
        connection.dispatch(read);
        connection.dispatch(write);
        connection.dispatch(delete);
    }

    private void ended(@Nullable Throwable failure) {
        probing.set(false);
        if (!over) {
            probed.accept(this, failure);
        }
    }

    /**
     * Handles an invalidation of a key that may belong to a canary.
     *
     * @return whether it belonged to a canary, and not to a session
     */
    boolean takeAsCanary(String key) {
        if (!key.equals(probeKey)) {
            return false;
        }
        pushSeen = true;
        return true;
    }

    /** Handles an invalidation of all keys, which includes the key of a canary. */
    void allPushed() {
        pushSeen = true;
    }

    /** Whether Redis has confirmed CLIENT TRACKING. */
    boolean hasAgreed() {
        return agreed;
    }

    /** Whether the last canary was invalidated. */
    boolean works() {
        return pushSeen;
    }

    /** Whether any canary was invalidated. */
    boolean hasWorked() {
        return worked;
    }

    /**
     * Reads a key on the tracked connection.
     *
     * @param handler runs on the event loop, after all invalidations that Redis sent before the reply
     * @return what the handler returns or throws
     */
    <T> CompletionStage<T> read(String key, BiFunction<@Nullable String, @Nullable Throwable, T> handler) {
        AsyncCommand<String, String, String> command = get(key);
        CompletionStage<T> handled = command.handle(handler);
        connection.dispatch(command);
        return handled;
    }

    /** Reads entries of a stream, as {@link #read} reads a key. */
    void readStream(
            String key,
            FeedPage page,
            BiConsumer<@Nullable List<StreamMessage<String, String>>, @Nullable Throwable> handler) {
        AsyncCommand<String, String, List<StreamMessage<String, String>>> command = command(
                CommandType.XRANGE,
                new StreamMessageListOutput<>(page, key),
                args().addKey(key).add(page.from).add("+").add("COUNT").add(page.most));
        command.whenComplete(handler);
        connection.dispatch(command);
    }

    /** Reads an unused key of the same server. */
    <T> CompletionStage<T> readProbe(BiFunction<@Nullable String, @Nullable Throwable, T> handler) {
        return read(probeKey, handler);
    }

    private static AsyncCommand<String, String, String> get(String key) {
        return command(CommandType.GET, new ValueOutput<>(StringCodec.UTF8), args().addKey(key));
    }

    private static <T> AsyncCommand<String, String, T> command(
            CommandType type, CommandOutput<String, String, T> output, CommandArgs<String, String> args) {
        return new AsyncCommand<>(new Command<>(type, output, args));
    }

    private static CommandArgs<String, String> args() {
        return new CommandArgs<>(StringCodec.UTF8);
    }

    /** The time at which the last successful canary was sent, or {@code null} if a new canary is required. */
    @Nullable
    Moment shown() {
        return over ? null : shown;
    }

    /** Requires a new canary before anything is cached or trusted. */
    void doubt() {
        shown = null;
        cache.endLease();
    }

    /** Called when the connection is lost. Later replies are ignored. */
    void end() {
        over = true;
        shown = null;
    }

    boolean isOver() {
        return over;
    }
}
