// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Sends the commands of one request to the masters of their keys, and notes which of those failed. Thread-safe. */
final class CommandSender {

    private final Shards shards;

    /** Deadline for the commands of a request for many keys; {@code null} for single keys. */
    private final @Nullable Long deadline;

    private final Set<Shard> failed = ConcurrentHashMap.newKeySet();

    private volatile boolean repeated;

    CommandSender(Shards shards, @Nullable Duration bulkTime) {
        this.shards = shards;
        this.deadline = bulkTime == null ? null : System.nanoTime() + bulkTime.toNanos();
    }

    /** Whether the master of a key has failed to answer. */
    boolean hasFailed(String key) {
        return failed.contains(shards.of(key));
    }

    /** Whether a write was repeated. */
    boolean isRepeated() {
        return repeated;
    }

    <T> CompletionStage<T> send(
            Line line,
            CommandType type,
            Function<StringCodec, CommandOutput<String, String, T>> output,
            String key,
            CommandArgs<String, String> args) {
        return send(line, type, output, key, args, failure -> false);
    }

    /**
     * @param output collects the reply of one attempt
     * @param isAnswer additional failures that count as answers
     */
    <T> CompletionStage<T> send(
            Line line,
            CommandType type,
            Function<StringCodec, CommandOutput<String, String, T>> output,
            String key,
            CommandArgs<String, String> args,
            Predicate<Throwable> isAnswer) {
        Shard shard = shards.of(key);
        Consumer<Throwable> ended = failure -> failed(shard, line, key, failure, isAnswer);
        return deadline == null
                // The returned stage completes after this callback.
                ? shard.send(
                        line,
                        () -> shards.commands(line).dispatch(type, output.apply(StringCodec.UTF8), args),
                        () -> repeated |= line == Line.WRITE,
                        ended)
                : shard.sendOnce(
                        line,
                        () -> {
                            requireTime(deadline);
                            return shards.commands(Line.BULK)
                                    .dispatch(new Bulk(type), output.apply(StringCodec.UTF8), args);
                        },
                        ended);
    }

    private void failed(Shard shard, Line line, String key, Throwable failure, Predicate<Throwable> isAnswer) {
        if (!RedisFailures.isWrongType(failure) && !isAnswer.test(failure)) {
            failed.add(shard);
            if (deadline == null) {
                shard.failed(line, key, failure);
            } else {
                shard.bulkFailed(failure);
            }
        }
    }

    /** A command about the keys of all masters, in a request for many keys. */
    <T> CompletionStage<T> bulk(Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        Shard shard = shards.of("");
        return shard.sendOnce(Line.READ, () -> command.apply(shards.commands(Line.BULK)), failure -> {
            if (!RedisFailures.isWrongType(failure)) {
                shard.bulkFailed(failure);
            }
        });
    }

    private static void requireTime(long deadline) {
        if (deadline - System.nanoTime() < 0) {
            throw new SessionStoreUnavailableException("An operation on all sessions of a user took too long", null);
        }
    }
}
