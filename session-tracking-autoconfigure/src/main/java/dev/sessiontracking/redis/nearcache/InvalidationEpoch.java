package dev.sessiontracking.redis.nearcache;

import dev.sessiontracking.core.cache.NearCache;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The time from one connect to the next disconnect of the tracked connection, in which the server must show that it
 * pushes. An answer to a command of one such time is worth nothing in another. Replies and pushes are handled in their
 * order on the connection's event loop, because every handler is registered before its command is sent.
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
     * @param probeKey a key that nobody else uses
     * @param outcome is told how each canary ended
     */
    InvalidationEpoch(
            StatefulRedisConnection<String, String> connection, NearCache cache, String probeKey, Outcome outcome) {
        this.connection = connection;
        this.cache = cache;
        this.probeKey = probeKey;
        this.outcome = outcome;
    }

    /**
     * Makes the server show that it pushes. One at a time. It is asked to push until it has agreed, and then never
     * again: were it asked each time, a new server behind a proxy would begin to push without a word of what it missed.
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

    /** Reads a key, writes it, and expects the push to stand before the reply to a third command. */
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
     * Takes a push for a key as part of a canary, if it is one.
     *
     * @return whether it was, and is no session's
     */
    boolean takeAsCanary(String key) {
        if (!key.equals(probeKey)) {
            return false;
        }
        pushSeen = true;
        return true;
    }

    /** A push for all keys has arrived: a canary's is one of them. */
    void allPushed() {
        pushSeen = true;
    }

    /** Whether the server has agreed to push. */
    boolean hasAgreed() {
        return agreed;
    }

    /**
     * Reads a key on the tracked connection.
     *
     * @param handler is called on the event loop, after everything that the server pushed before its answer
     */
    void read(String key, BiConsumer<@Nullable String, @Nullable Throwable> handler) {
        send(CommandType.GET, new ValueOutput<>(StringCodec.UTF8), args().addKey(key), handler);
    }

    /** Reads a key that nobody uses, but that the same server serves. */
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

    /** When the last canary was sent that returned, or {@code null} when the server must show anew that it pushes. */
    NearCache.@Nullable Moment shown() {
        return over ? null : shown;
    }

    /** The server must show anew that it pushes before anything is kept or trusted. */
    void doubt() {
        shown = null;
        cache.endLease();
    }

    /** The connection has gone: replies that still come are worth nothing. */
    void end() {
        over = true;
        shown = null;
    }

    boolean isOver() {
        return over;
    }

    /** How a canary ended; called on the event loop. */
    interface Outcome {

        void shown();

        /** The server answers, but does not push. */
        void silent(InvalidationEpoch tracking);

        void failed(InvalidationEpoch tracking, Throwable failure);
    }
}
