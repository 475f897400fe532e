// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.redis.connection;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.ValueScanCursor;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.BooleanOutput;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.ScoredValueListOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueListOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.output.ValueScanOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one request. A command fails fast if the circuit breaker of its master is open; no method throws. A
 * command on a single key without a reply is sent once more, so it must be repeatable. Commands of a request for many
 * keys are not repeated. Thread-safe.
 */
public final class RedisRequest {

    private static final int SCAN_PAGE = 1_000;

    private final Shards shards;

    private final CommandSender sender;

    /** @param bulkTime maximum duration of a request for many keys, or {@code null} for single keys */
    RedisRequest(Shards shards, @Nullable Duration bulkTime) {
        this.shards = shards;
        this.sender = new CommandSender(shards, bulkTime);
    }

    public CompletionStage<@Nullable String> get(String key) {
        return sender.send(Line.READ, CommandType.GET, ValueOutput::new, key, args(key));
    }

    /** The value of a key; {@code null} if it is missing or not a string. */
    public CompletionStage<@Nullable String> text(String key) {
        return get(key).handle((value, failure) -> {
            if (failure == null || RedisFailures.isWrongType(failure)) {
                return value;
            }
            throw RedisFailures.unavailable(failure);
        });
    }

    public CompletionStage<@Nullable String> set(String key, String value, Duration lifetime) {
        return sender.send(
                Line.WRITE,
                CommandType.SET,
                StatusOutput::new,
                key,
                args(key).addValue(value).add("PX").add(lifetime.toMillis()));
    }

    public CompletionStage<Long> del(String key) {
        return sender.send(Line.WRITE, CommandType.DEL, IntegerOutput::new, key, args(key));
    }

    /** Deletes keys, and returns how many there were. */
    public CompletionStage<Long> del(List<String> keys) {
        if (keys.isEmpty() || shards.areMany()) {
            return sum(keys.stream().map(this::del));
        }
        return sender.send(Line.WRITE, CommandType.DEL, IntegerOutput::new, keys.get(0), args().addKeys(keys));
    }

    public CompletionStage<Long> strlen(String key) {
        return sender.send(Line.READ, CommandType.STRLEN, IntegerOutput::new, key, args(key));
    }

    public CompletionStage<Long> pttl(String key) {
        return sender.send(Line.READ, CommandType.PTTL, IntegerOutput::new, key, args(key));
    }

    /** The remaining lifetime of a key. A missing permission is an answer, and only the caller gets it. */
    public CompletionStage<Long> pttlIfPermitted(String key) {
        return sender.send(
                Line.READ, CommandType.PTTL, IntegerOutput::new, key, args(key), RedisFailures::isMissingRight);
    }

    public CompletionStage<List<String>> zrange(String key, long start, long stop) {
        return sender.send(
                Line.READ,
                CommandType.ZRANGE,
                ValueListOutput::new,
                key,
                args(key).add(start).add(stop));
    }

    public CompletionStage<List<ScoredValue<String>>> zrangeWithScores(String key, long start, long stop) {
        return sender.send(
                Line.READ,
                CommandType.ZRANGE,
                ScoredValueListOutput::new,
                key,
                args(key).add(start).add(stop).add("WITHSCORES"));
    }

    public CompletionStage<Long> zrem(String key, String... members) {
        return sender.send(
                Line.WRITE, CommandType.ZREM, IntegerOutput::new, key, args(key).addValues(members));
    }

    /** A page of a set. A set of up to a few hundred members is read at once, so nothing can change in between. */
    public CompletionStage<ValueScanCursor<String>> sscan(String key, ScanCursor from) {
        return sender.send(
                Line.READ,
                CommandType.SSCAN,
                ValueScanOutput::new,
                key,
                args(key).add(from.getCursor()).add("COUNT").add(SCAN_PAGE));
    }

    /** A page of the names of all keys, of one master after another. */
    public CompletionStage<KeyScanCursor<String>> scan(ScanCursor from) {
        return sender.bulk(commands -> commands.scan(from, ScanArgs.Builder.limit(SCAN_PAGE)));
    }

    /** How many keys there are. */
    public CompletionStage<Long> keyCount() {
        return sender.bulk(RedisClusterAsyncCommands::dbsize);
    }

    public CompletionStage<Long> srem(String key, String... members) {
        return sender.send(
                Line.WRITE, CommandType.SREM, IntegerOutput::new, key, args(key).addValues(members));
    }

    /**
     * Reads a key for which the permission may be missing. A missing permission is an answer, and only the caller gets
     * it.
     */
    public CompletionStage<@Nullable String> getIfPermitted(String key) {
        return sender.send(Line.READ, CommandType.GET, ValueOutput::new, key, args(key), RedisFailures::isMissingRight);
    }

    /** Appends to a stream. An error reply is an answer: it says nothing about other commands. */
    public CompletionStage<String> xadd(String key, XAddArgs options, Map<String, String> fields) {
        CommandArgs<String, String> args = args(key);
        options.build(args);
        args.add(fields);
        return sender.send(Line.WRITE, CommandType.XADD, StatusOutput::new, key, args, RedisFailures::isErrorReply);
    }

    public CompletionStage<Long> xdel(String key, String id) {
        return sender.send(
                Line.WRITE, CommandType.XDEL, IntegerOutput::new, key, args(key).add(id), RedisFailures::isErrorReply);
    }

    public CompletionStage<Boolean> pexpire(String key, long millis) {
        return sender.send(
                Line.WRITE,
                CommandType.PEXPIRE,
                BooleanOutput::new,
                key,
                args(key).add(millis),
                RedisFailures::isErrorReply);
    }

    /**
     * Runs a script.
     *
     * @param type EVAL with its text, or EVALSHA with its digest
     * @param output reads the reply
     */
    public <T> CompletionStage<T> run(
            CommandType type,
            Function<StringCodec, CommandOutput<String, String, T>> output,
            String script,
            String[] keys,
            String... arguments) {
        CommandArgs<String, String> args =
                args().add(script).add(keys.length).addKeys(keys).addValues(arguments);
        return sender.send(Line.WRITE, type, output, keys[0], args, failure -> isAnswer(keys, failure));
    }

    /** A companion key is optional, and a missing script is sent: the caller continues. */
    private static boolean isAnswer(String[] keys, Throwable failure) {
        return (keys.length > 1 && RedisFailures.isMissingRight(failure))
                || RedisFailures.unwrap(failure) instanceof RedisNoScriptException;
    }

    /** The values of keys in their order; {@code null} for a missing key or a value that is not a string. */
    public CompletionStage<List<@Nullable String>> values(List<String> keys) {
        if (keys.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (shards.areMany()) {
            // A command for many keys would be split by slot, which is no cheaper.
            return all(keys.stream().map(this::text));
        }
        return sender.send(Line.READ, CommandType.MGET, ValueListOutput::new, keys.get(0), args().addKeys(keys));
    }

    /** Completes with all results when all requests have an answer. */
    public static <T> CompletionStage<List<T>> all(Stream<? extends CompletionStage<T>> requests) {
        List<CompletableFuture<T>> all =
                requests.map(CompletionStage::toCompletableFuture).toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
    }

    /** Completes with the sum of all results when all requests have an answer. */
    public static CompletionStage<Long> sum(Stream<? extends CompletionStage<Long>> requests) {
        return all(requests.map(request -> request.thenApply(Long::longValue)))
                .thenApply(counts -> counts.stream().mapToLong(Long::longValue).sum());
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
        return sender.hasFailed(key);
    }

    /** Whether a write was repeated. Then the first attempt may already have changed the key. */
    public boolean isRepeated() {
        return sender.isRepeated();
    }

    private static CommandArgs<String, String> args(String key) {
        return args().addKey(key);
    }

    private static CommandArgs<String, String> args() {
        return new CommandArgs<>(StringCodec.UTF8);
    }
}
