// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.NearCache;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
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

    private final Outcome outcome;

    private final AtomicBoolean probing = new AtomicBoolean();

    private volatile boolean agreed;

    private volatile boolean pushSeen;

    private volatile @Nullable Throwable canaryFailure;

    private volatile boolean over;

    private volatile NearCache.@Nullable Moment shown;

    /**
     * @param probeKey an unused key
     * @param outcome receives the result of each canary
     */
    InvalidationEpoch(
            StatefulRedisConnection<String, String> connection, NearCache cache, String probeKey, Outcome outcome) {
        this.connection = connection;
        this.cache = cache;
        this.probeKey = probeKey;
        this.outcome = outcome;
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
        CommandArgs<String, String> on = args().add("TRACKING").add("ON");
        send(CommandType.CLIENT, new StatusOutput<>(StringCodec.UTF8), on, (reply, failure) -> {
            if (failure == null) {
                agreed = true;
                canary();
            } else {
                probing.set(false);
                if (!over) {
                    outcome.failed(this, failure);
                }
            }
        });
    }

    /** Reads a key, writes it, and expects the invalidation before the reply to a third command. */
    private void canary() {
        NearCache.Moment sent = cache.now();
        pushSeen = false;
        canaryFailure = null;
        read(probeKey, (value, failure) -> {
            if (failure == null) {
                pushSeen = false;
            } else {
                canaryFailure = failure;
            }
        });
        CommandArgs<String, String> write =
                args().addKey(probeKey).addValue("probe").add("PX").add(1_000);
        send(CommandType.SET, new StatusOutput<>(StringCodec.UTF8), write, (reply, failure) -> {
            if (failure != null) {
                canaryFailure = failure;
            }
        });
        send(
                CommandType.DEL,
                new IntegerOutput<>(StringCodec.UTF8),
                args().addKey(probeKey),
                (reply, failure) -> probed(sent, failure != null ? failure : canaryFailure));
    }

    private void probed(NearCache.Moment sent, @Nullable Throwable failure) {
        probing.set(false);
        if (over) {
            return;
        }
        if (failure != null) {
            outcome.failed(this, failure);
        } else if (pushSeen) {
            shown = sent;
            cache.renewLease(sent);
            outcome.shown();
        } else {
            outcome.silent(this);
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

    /**
     * Reads a key on the tracked connection.
     *
     * @param handler runs on the event loop, after all invalidations that Redis sent before the reply
     */
    void read(String key, BiConsumer<@Nullable String, @Nullable Throwable> handler) {
        send(CommandType.GET, new ValueOutput<>(StringCodec.UTF8), args().addKey(key), handler);
    }

    /** Reads entries of a stream, as {@link #read} reads a key. */
    void readStream(
            String key,
            String from,
            int most,
            BiConsumer<@Nullable List<StreamMessage<String, String>>, @Nullable Throwable> handler) {
        CommandArgs<String, String> args =
                args().addKey(key).add(from).add("+").add("COUNT").add(most);
        send(CommandType.XRANGE, new StreamMessageListOutput<>(StringCodec.UTF8, key), args, handler);
    }

    /** Reads an unused key of the same server. */
    void readProbe(BiConsumer<@Nullable String, @Nullable Throwable> handler) {
        read(probeKey, handler);
    }

    private <T> void send(
            CommandType type,
            CommandOutput<String, String, T> output,
            CommandArgs<String, String> args,
            BiConsumer<@Nullable T, @Nullable Throwable> handler) {
        AsyncCommand<String, String, T> command = new AsyncCommand<>(new Command<>(type, output, args));
        command.whenComplete(handler);
        connection.dispatch(command);
    }

    private static CommandArgs<String, String> args() {
        return new CommandArgs<>(StringCodec.UTF8);
    }

    /** The time at which the last successful canary was sent, or {@code null} if a new canary is required. */
    NearCache.@Nullable Moment shown() {
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

    /** Receives the result of a canary. Called on the event loop. */
    interface Outcome {

        void shown();

        /** Redis answers, but sends no invalidations. */
        void silent(InvalidationEpoch tracking);

        void failed(InvalidationEpoch tracking, Throwable failure);
    }
}
