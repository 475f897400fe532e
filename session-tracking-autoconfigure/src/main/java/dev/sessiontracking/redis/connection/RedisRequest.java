// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import dev.sessiontracking.SessionStoreUnavailableException;
import dev.sessiontracking.core.cache.StoreFutures;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.ValueScanCursor;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.ScoredValueListOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.output.ValueScanOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one request. A command fails fast if the circuit breaker of its master is open; no method throws. A
 * command on a single key without a reply is sent once more, so it must be repeatable. Commands of a request for many
 * keys are not repeated. Thread-safe.
 */
public final class RedisRequest {

    private static final int SCAN_PAGE = 1_000;

    private final Shards shards;

    /** Deadline for the commands of a request for many keys; {@code null} for single keys. */
    private final @Nullable Long deadline;

    private final Set<Shard> failed = ConcurrentHashMap.newKeySet();

    private volatile boolean repeated;

    /** @param bulkTime maximum duration of a request for many keys, or {@code null} for single keys */
    RedisRequest(Shards shards, @Nullable Duration bulkTime) {
        this.shards = shards;
        this.deadline = bulkTime == null ? null : System.nanoTime() + bulkTime.toNanos();
    }

    public CompletionStage<@Nullable String> get(String key) {
        return deadline == null
                ? send(Line.READ, key, commands -> commands.get(key))
                : bulk(Line.READ, Bulk.GET, new ValueOutput<>(StringCodec.UTF8), key, args().addKey(key));
    }

    public CompletionStage<@Nullable String> set(String key, String value, SetArgs args) {
        return send(Line.WRITE, key, commands -> commands.set(key, value, args));
    }

    public CompletionStage<Long> del(String key) {
        return deadline == null
                ? send(Line.WRITE, key, commands -> commands.del(key))
                : bulk(Line.WRITE, Bulk.DEL, new IntegerOutput<>(StringCodec.UTF8), key, args().addKey(key));
    }

    public CompletionStage<Long> strlen(String key) {
        return send(Line.READ, key, commands -> commands.strlen(key));
    }

    public CompletionStage<Long> pttl(String key) {
        return deadline == null
                ? send(Line.READ, key, commands -> commands.pttl(key))
                : bulk(Line.READ, Bulk.PTTL, new IntegerOutput<>(StringCodec.UTF8), key, args().addKey(key));
    }

    public CompletionStage<List<String>> zrange(String key, long start, long stop) {
        return bulk(
                Line.READ,
                Bulk.ZRANGE,
                new ValueListOutput<>(StringCodec.UTF8),
                key,
                args().addKey(key).add(start).add(stop));
    }

    public CompletionStage<List<ScoredValue<String>>> zrangeWithScores(String key, long start, long stop) {
        return bulk(
                Line.READ,
                Bulk.ZRANGE,
                new ScoredValueListOutput<>(StringCodec.UTF8),
                key,
                args().addKey(key).add(start).add(stop).add("WITHSCORES"));
    }

    public CompletionStage<Long> zrem(String key, String... members) {
        return deadline == null
                ? send(Line.WRITE, key, commands -> commands.zrem(key, members))
                : bulk(
                        Line.WRITE,
                        Bulk.ZREM,
                        new IntegerOutput<>(StringCodec.UTF8),
                        key,
                        args().addKey(key).addValues(members));
    }

    /** A page of a set. A set of up to a few hundred members is read at once, so nothing can change in between. */
    public CompletionStage<ValueScanCursor<String>> sscan(String key, ScanCursor from) {
        return bulk(
                Line.READ,
                Bulk.SSCAN,
                new ValueScanOutput<>(StringCodec.UTF8),
                key,
                args().addKey(key).add(from.getCursor()).add("COUNT").add(SCAN_PAGE));
    }

    public CompletionStage<Long> srem(String key, String... members) {
        return deadline == null
                ? send(Line.WRITE, key, commands -> commands.srem(key, members))
                : bulk(
                        Line.WRITE,
                        Bulk.SREM,
                        new IntegerOutput<>(StringCodec.UTF8),
                        key,
                        args().addKey(key).addValues(members));
    }

    /**
     * Reads a key for which the permission may be missing. A missing permission is an answer, and only the caller gets
     * it.
     */
    public CompletionStage<@Nullable String> getIfPermitted(String key) {
        return send(Line.READ, key, commands -> commands.get(key), RedisFailures::isMissingRight);
    }

    /** Appends to a stream. An error reply is an answer: it says nothing about other commands. */
    public CompletionStage<String> xadd(String key, XAddArgs args, Map<String, String> fields) {
        return send(Line.WRITE, key, commands -> commands.xadd(key, args, fields), RedisRequest::isErrorReply);
    }

    public CompletionStage<Long> xdel(String key, String id) {
        return send(Line.WRITE, key, commands -> commands.xdel(key, id), RedisRequest::isErrorReply);
    }

    public CompletionStage<Boolean> pexpire(String key, long millis) {
        return send(Line.WRITE, key, commands -> commands.pexpire(key, millis), RedisRequest::isErrorReply);
    }

    private static boolean isErrorReply(Throwable failure) {
        return StoreFutures.cause(failure) instanceof RedisCommandExecutionException;
    }

    public CompletionStage<Long> evalsha(String digest, String[] keys, String... arguments) {
        if (deadline != null) {
            return bulkScript(Bulk.EVALSHA, digest, keys, arguments);
        }
        return send(
                Line.WRITE,
                keys[0],
                commands -> commands.evalsha(digest, ScriptOutputType.INTEGER, keys, arguments),
                failure -> isOptional(keys, failure));
    }

    public CompletionStage<Long> eval(String script, String[] keys, String... arguments) {
        if (deadline != null) {
            return bulkScript(Bulk.EVAL, script, keys, arguments);
        }
        return send(
                Line.WRITE,
                keys[0],
                commands -> commands.eval(script, ScriptOutputType.INTEGER, keys, arguments),
                failure -> isOptional(keys, failure));
    }

    private CompletionStage<Long> bulkScript(Bulk type, String script, String[] keys, String... arguments) {
        return bulk(
                Line.WRITE,
                type,
                new IntegerOutput<>(StringCodec.UTF8),
                keys[0],
                args().add(script).add(keys.length).addKeys(keys).addValues(arguments),
                failure ->
                        isOptional(keys, failure) || RedisFailures.unwrap(failure) instanceof RedisNoScriptException);
    }

    /** A companion key is optional. The caller continues without it. */
    private static boolean isOptional(String[] keys, Throwable failure) {
        return keys.length > 1 && RedisFailures.isMissingRight(failure);
    }

    /** The values of keys in their order; {@code null} for a missing key or a value that is not a string. */
    public CompletionStage<List<@Nullable String>> values(List<String> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (shards.areMany()) {
            return valuesOneByOne(keys);
        }
        return bulk(Line.READ, Bulk.MGET, new ValueListOutput<>(StringCodec.UTF8), keys.get(0), args().addKeys(keys));
    }

    /** On a cluster, a command for many keys would be split by slot, which is no cheaper. */
    private CompletionStage<List<@Nullable String>> valuesOneByOne(List<String> keys) {
        List<CompletableFuture<@Nullable String>> replies = keys.stream()
                .map(key -> get(key).exceptionally(failure -> {
                            if (RedisFailures.isWrongType(failure)) {
                                return null;
                            }
                            throw RedisFailures.unavailable(failure);
                        })
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenApply(done -> {
                    List<@Nullable String> texts = new ArrayList<>(replies.size());
                    replies.forEach(reply -> texts.add(reply.join()));
                    return texts;
                });
    }

    /** Whether keys lie on several masters. */
    public boolean isSpread() {
        return shards.areMany();
    }

    /** The ids, grouped by the masters of their keys. */
    public List<List<String>> byMaster(List<String> ids, Function<String, String> key) {
        Map<Shard, List<String>> groups = new LinkedHashMap<>();
        ids.forEach(id -> groups.computeIfAbsent(shards.of(key.apply(id)), shard -> new ArrayList<>())
                .add(id));
        return List.copyOf(groups.values());
    }

    /** Whether the circuit breaker of a key's master is open, for reads or for writes. */
    public boolean isLeftOut(Line line, String key) {
        return !shards.of(key).isOpenFor(line);
    }

    /** Whether the master of a key has failed to answer this request. */
    public boolean hasFailed(String key) {
        return failed.contains(shards.of(key));
    }

    /** Whether a write was repeated. Then the first attempt may already have changed the key. */
    public boolean isRepeated() {
        return repeated;
    }

    private <T> CompletionStage<T> send(
            Line line, String key, Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
        return send(line, key, command, failure -> false);
    }

    /** @param isAnswer additional failures that count as answers */
    private <T> CompletionStage<T> send(
            Line line,
            String key,
            Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command,
            Predicate<Throwable> isAnswer) {
        Shard shard = shards.of(key);
        // The returned stage completes after this callback.
        return shard.send(line, () -> command.apply(shards.commands(line)), () -> repeated |= line == Line.WRITE)
                .whenComplete((value, failure) -> {
                    if (!RedisFailures.isAnswer(failure) && !isAnswer.test(failure)) {
                        failed.add(shard);
                        shard.failed(line, key, failure);
                    }
                });
    }

    private <T> CompletionStage<T> bulk(
            Line line,
            Bulk type,
            CommandOutput<String, String, T> output,
            String key,
            CommandArgs<String, String> arguments) {
        return bulk(line, type, output, key, arguments, failure -> false);
    }

    /**
     * @param line reads or writes
     * @param isAnswer additional failures that count as answers
     */
    private <T> CompletionStage<T> bulk(
            Line line,
            Bulk type,
            CommandOutput<String, String, T> output,
            String key,
            CommandArgs<String, String> arguments,
            Predicate<Throwable> isAnswer) {
        Shard shard = shards.of(key);
        return shard.sendOnce(line, () -> {
                    if (deadline != null && deadline - System.nanoTime() < 0) {
                        throw new SessionStoreUnavailableException(
                                "An operation on all sessions of a user took too long", null);
                    }
                    return shards.commands(Line.BULK).dispatch(type, output, arguments);
                })
                .whenComplete((value, failure) -> {
                    if (!RedisFailures.isAnswer(failure) && !isAnswer.test(failure)) {
                        failed.add(shard);
                        shard.bulkFailed(failure);
                    }
                });
    }

    private static CommandArgs<String, String> args() {
        return new CommandArgs<>(StringCodec.UTF8);
    }
}
